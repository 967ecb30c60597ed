// Numbers of a curve at a time: by pointing at it, or by the slider below with the keyboard.
(() => {
  const attach = (figure, data) => {
    const svg = figure.querySelector("svg");
    const [left, top, right, bottom] = data.box;
    const width = svg.viewBox.baseVal.width;

    const line = document.createElementNS(svg.namespaceURI, "line");
    line.setAttribute("class", "reading");
    for (const [key, value] of [["y1", top], ["y2", bottom], ["stroke", "currentColor"], ["visibility", "hidden"]]) line.setAttribute(key, value);
    svg.append(line);

    const plot = document.createElement("div");
    plot.className = "plot";
    svg.replaceWith(plot);
    const box = document.createElement("p");
    box.className = "readout";
    box.hidden = true;
    plot.append(svg, box);

    const slider = document.createElement("input");
    slider.type = "range";
    slider.min = 0;
    slider.max = data.times.length - 1;
    slider.value = 0;
    const what = figure.querySelector(".number").textContent;
    slider.setAttribute("aria-label", page.word("Read the curves of {what} at a time", { what }));
    plot.after(slider);

    const words = (i) => {
      const rows = data.series.filter((curve) => curve.texts[i]).map((curve) => page.word("{name}: {value}", { name: curve.name, value: curve.texts[i] }));
      return [page.word("{n} {unit}", { n: data.times[i], unit: data.unit }), ...rows];
    };
    const show = (i) => {
      const x = left + (right - left) * data.times[i] / data.longest;
      line.setAttribute("x1", x);
      line.setAttribute("x2", x);
      line.setAttribute("visibility", "visible");
      const said = words(i);
      box.replaceChildren(...said.map((text) => {
        const part = document.createElement("span");
        part.textContent = text;
        return part;
      }));
      box.hidden = false;
      const isRight = x > (left + right) / 2;
      box.style.left = isRight ? "auto" : `${100 * (x + 5) / width}%`;
      box.style.right = isRight ? `${100 * (1 - (x - 5) / width)}%` : "auto";
      box.style.top = `${100 * top / svg.viewBox.baseVal.height}%`;
      slider.value = i;
      slider.setAttribute("aria-valuetext", said.join(page.word("; ")));
    };
    const hide = () => {
      line.setAttribute("visibility", "hidden");
      box.hidden = true;
    };

    svg.addEventListener("pointermove", (event) => {
      const place = svg.getBoundingClientRect();
      const x = (event.clientX - place.left) * width / place.width;
      if (x < left - 2 || x > right + 2) return hide();
      const time = (x - left) / (right - left) * data.longest;
      let i = data.times.findLastIndex((at) => at <= time + 1e-9);
      if (i + 1 < data.times.length && data.times[i + 1] - time < time - data.times[i]) i += 1;
      show(Math.max(i, 0));
    });
    svg.addEventListener("pointerleave", () => { if (document.activeElement !== slider) hide(); });
    slider.addEventListener("input", () => show(Number(slider.value)));
    slider.addEventListener("focus", () => show(Number(slider.value)));
    slider.addEventListener("blur", hide);
    slider.setAttribute("aria-valuetext", words(0).join(page.word("; ")));
  };

  for (const [id, data] of Object.entries(page.block("readouts"))) {
    attach(document.getElementById(id), data);
  }
})();
