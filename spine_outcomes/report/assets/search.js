// Find a table or figure by a part of its name.
(() => {
  const MOST = 12;
  const all = [...document.querySelectorAll(".exhibit")].map((exhibit) => ({
    id: exhibit.id,
    name: exhibit.querySelector("caption, figcaption").textContent.replace(/\s+/g, " ").trim(),
  }));
  if (!all.length) return;
  const form = document.createElement("div");
  form.className = "search";
  form.setAttribute("role", "search");
  const label = document.createElement("label");
  label.htmlFor = "search";
  label.textContent = page.word("Find a table or figure");
  const field = document.createElement("input");
  field.type = "search";
  field.id = "search";
  field.autocomplete = "off";
  const found = document.createElement("ul");
  form.append(label, field, found);
  document.querySelector("nav").prepend(form);

  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const hits = words.length ? all.filter(({ name, id }) => words.every((word) => `${name} ${id}`.toLowerCase().includes(word))) : [];
    found.replaceChildren(...hits.slice(0, MOST).map(({ id, name }) => {
      const item = document.createElement("li");
      const link = document.createElement("a");
      link.href = `#${id}`;
      link.textContent = name;
      item.append(link);
      return item;
    }));
    const said = hits.length > MOST ? page.word("{n} found, {m} shown", { n: hits.length, m: MOST }) : page.word("{n} found", { n: hits.length });
    if (words.length) page.say(said);
  });
  const clear = () => {
    field.value = "";
    found.replaceChildren();
  };
  field.addEventListener("keydown", (event) => { if (event.key === "Escape") clear(); });
  found.addEventListener("click", (event) => { if (event.target.closest("a")) clear(); });
})();
