"use strict";
(() => {
  const button = (label, title, act) => {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.title = title;
    made.addEventListener("click", act);
    return made;
  };

  const save = (name, type, text) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };

  // Downloads: each table as CSV, each figure as SVG.
  const exports = JSON.parse(document.getElementById("exports").textContent);
  for (const exhibit of document.querySelectorAll(".exhibit")) {
    const id = exhibit.id;
    const made = exhibit.dataset.kind === "table"
      ? button("CSV", "Download this table", () => save(`${id}.csv`, "text/csv", "\ufeff" + exports[id]))
      : button("SVG", "Download this figure", () => save(
          `${id}.svg`, "image/svg+xml",
          new XMLSerializer().serializeToString(exhibit.querySelector("svg"))));
    const row = document.createElement("div");
    row.className = "buttons";
    row.append(made);
    exhibit.append(row);
  }

  // Light or dark, whatever the system says.
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const theme = button("Light / dark", "Change between light and dark", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
  });
  theme.className = "theme";
  document.querySelector("header").prepend(theme);

  // Contents: folded on a narrow screen, the section in view marked.
  const contents = document.querySelector("nav details");
  if (matchMedia("(max-width: 60rem)").matches) contents.open = false;
  const links = new Map([...document.querySelectorAll("nav a")].map((a) => [a.hash.slice(1), a]));
  const inView = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) inView[entry.isIntersecting ? "add" : "delete"](entry.target);
    const first = sections.find((section) => inView.has(section));
    for (const [id, link] of links) {
      if (first && first.id === id) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-20% 0px -79% 0px" });
  const sections = [...document.querySelectorAll("main > section")];
  for (const section of sections) watcher.observe(section);

  // A link into a folded part opens it; on paper everything is open.
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let part = target && target.closest("details"); part; part = part.parentElement.closest("details")) part.open = true;
    if (target) target.scrollIntoView({ behavior: "instant" });
  };
  addEventListener("hashchange", reveal);
  reveal();
  addEventListener("beforeprint", () => {
    for (const part of document.querySelectorAll("main details")) part.open = true;
  });
})();
