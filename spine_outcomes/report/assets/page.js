"use strict";

// What the scripts of the page share: a button, a JSON block, a text, a message to be read out.
const page = {
  button(label, title, act) {
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = label;
    made.title = title;
    made.addEventListener("click", act);
    return made;
  },
  block: (id) => JSON.parse(document.getElementById(id).textContent),
  // A text of a script in the language of the page, its {gaps} filled.
  word: (text, gaps) => (page.words[text] || text).replace(/\{(\w+)\}/g, (_, gap) => gaps[gap]),
  say(text) {
    page.status.textContent = text;
    clearTimeout(page.timer);
    page.timer = setTimeout(() => { page.status.textContent = ""; }, 4000);
  },
};
page.words = page.block("words");
page.status = document.createElement("p");
page.status.className = "status";
page.status.setAttribute("role", "status");
document.body.append(page.status);

(() => {
  // Light or dark, whatever the system says.
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme || (dark.matches ? "dark" : "light")) === "dark";
  const theme = page.button(page.word("Light / dark"), page.word("Change between light and dark"), () => {
    root.dataset.theme = isDark() ? "light" : "dark";
  });
  theme.className = "theme";
  document.querySelector("header").prepend(theme);

  // Contents: folded on a narrow screen, the section in view marked and kept in sight.
  const contents = document.querySelector("nav");
  if (matchMedia("(max-width: 60rem)").matches) contents.querySelector("details").open = false;
  const links = new Map([...document.querySelectorAll("nav li a")].map((a) => [a.hash.slice(1), a]));
  const sections = [...document.querySelectorAll("main > section")];
  const inView = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) inView[entry.isIntersecting ? "add" : "delete"](entry.target);
    const first = sections.find((section) => inView.has(section));
    if (!first) return;
    for (const [id, link] of links) {
      if (first.id === id) {
        link.setAttribute("aria-current", "true");
        const low = link.offsetTop + link.offsetHeight - contents.clientHeight;
        if (contents.scrollTop < low) contents.scrollTop = low;
        if (contents.scrollTop > link.offsetTop) contents.scrollTop = link.offsetTop;
      } else link.removeAttribute("aria-current");
    }
  }, { rootMargin: "-20% 0px -79% 0px" });
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

  // A table wider than its place says so, for fingers and for the keyboard.
  const cue = () => {
    for (const part of document.querySelectorAll(".scroll")) {
      const isWide = part.scrollWidth > part.clientWidth + 1;
      part.classList.toggle("wide", isWide);
      part.classList.toggle("end", part.scrollLeft + part.clientWidth > part.scrollWidth - 2);
    }
  };
  document.addEventListener("scroll", (event) => {
    if (event.target.classList && event.target.classList.contains("scroll")) cue();
  }, true);
  addEventListener("resize", cue);
  document.addEventListener("toggle", cue, true);
  cue();
})();
