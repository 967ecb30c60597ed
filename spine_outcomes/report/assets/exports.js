// Downloads and copies: tables as CSV or text, figures as SVG or PNG, single numbers.
(() => {
  const csv = page.block("exports");
  const SCALE = 4; // dots of a PNG per point: 288 an inch

  const save = (name, blob) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  const copy = async (text, said) => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      const area = document.createElement("textarea");
      area.value = text;
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    page.say(said);
  };

  const picture = (exhibit) => {
    const svg = exhibit.querySelector("svg").cloneNode(true);
    for (const line of svg.querySelectorAll(".reading")) line.remove();
    return svg;
  };

  const source = (svg) => new XMLSerializer().serializeToString(svg);

  const png = (exhibit) => {
    const svg = picture(exhibit);
    const { width, height } = svg.viewBox.baseVal;
    svg.setAttribute("width", width * SCALE);
    svg.setAttribute("height", height * SCALE);
    const image = new Image();
    image.addEventListener("load", () => {
      const canvas = document.createElement("canvas");
      canvas.width = Math.round(width * SCALE);
      canvas.height = Math.round(height * SCALE);
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(`${exhibit.id}.png`, blob));
    });
    image.src = `data:image/svg+xml,${encodeURIComponent(source(svg))}`;
  };

  // A cell as shown, or with the numbers it was rounded from.
  const text = (cell, isRaw) => {
    const own = cell.cloneNode(true);
    for (const mark of own.querySelectorAll("sup, svg")) mark.remove();
    if (isRaw) for (const n of own.querySelectorAll("[data-raw]")) n.textContent = n.dataset.raw;
    return own.textContent.replace(/\s+/g, " ").trim();
  };
  const lines = (exhibit, isRaw) => [...exhibit.querySelectorAll("tr")]
    .map((row) => [...row.cells].map((cell) => text(cell, isRaw)).join("\t")).join("\n");

  for (const exhibit of document.querySelectorAll(".exhibit")) {
    const { id } = exhibit;
    const title = exhibit.querySelector(".number").textContent;
    const row = document.createElement("div");
    row.className = "buttons";
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", title);
    if (exhibit.dataset.kind === "table") {
      row.append(
        page.button("CSV", page.word("Download this table"), () => save(`${id}.csv`, new Blob(["\ufeff" + csv[id]], { type: "text/csv" }))),
        page.button(page.word("Copy"), page.word("Copy this table as shown"), () => copy(lines(exhibit, false), page.word("{what} copied", { what: title }))),
        page.button(page.word("Copy raw"), page.word("Copy this table with all digits"), () => copy(lines(exhibit, true), page.word("{what} copied with all digits", { what: title }))));
    } else {
      row.append(
        page.button("SVG", page.word("Download this figure as a drawing"), () => save(`${id}.svg`, new Blob([source(picture(exhibit))], { type: "image/svg+xml" }))),
        page.button("PNG", page.word("Download this figure as dots"), () => png(exhibit)));
    }
    exhibit.append(row);
  }

  for (const part of document.querySelectorAll(".paper")) {
    const heading = part.querySelector("h3").textContent;
    const title = page.word("Copy the sentences on {what}", { what: heading });
    const said = page.word("{what} copied", { what: heading });
    part.append(page.button(page.word("Copy"), title, () => copy(part.querySelector("p").textContent.trim(), said)));
  }

  // A click on a number copies it as shown; with the shift key, with all its digits.
  document.querySelector("main").addEventListener("click", (event) => {
    const number = event.target.closest("td [data-raw]");
    if (!number || String(getSelection())) return;
    const value = event.shiftKey ? number.dataset.raw : number.textContent;
    copy(value, page.word("Copied {what}", { what: value }));
  });
})();
