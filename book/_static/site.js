// What the pages do in the browser, beside what the theme does. Runs when the page has been read.

const word = (english) => Documentation.gettext(english);

// --- The language switch -------------------------------------------------------------------------

// The anchor of the section that the reader is in: the one the address names while its heading is
// in view, else the last one whose heading is at the top of the window or above it.
const currentSection = () => {
  const sections = [...document.querySelectorAll("article section[id]")].filter((one) => one.getClientRects().length);
  const top = (section) => section.getBoundingClientRect().top;
  const named = sections.find((section) => `#${section.id}` === decodeURIComponent(location.hash));
  if (named && top(named) > 0 && top(named) < window.innerHeight) return `#${named.id}`;
  const current = sections.filter((section) => top(section) < 120).at(-1);
  return current && current !== sections[0] ? `#${current.id}` : "";
};

// Anchors are the same in both languages, so the section can be kept; so can the words of a search.
for (const link of document.querySelectorAll("a.language-switch")) {
  link.addEventListener("click", () => {
    const target = new URL(link.href);
    target.hash = currentSection();
    target.search = location.search;
    link.href = target.href;
    try {
      localStorage.setItem("book-language", link.hreflang); // the landing page asks for it
    } catch { /* storage is switched off */ }
  });
}

// --- Copy buttons (sphinx-copybutton speaks one language in all of a build) ---------------------

const copyButton = (code) => {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copybtn";
  const icon = document.createElement("i");
  button.append(icon);
  const show = (label, name) => {
    button.title = label;
    button.setAttribute("aria-label", label);
    icon.className = `fa-solid fa-${name}`;
  };
  const rest = () => show(word("Copy"), "copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(code.textContent);
      show(word("Copied"), "check");
    } catch {
      show(word("Copy failed"), "copy");
    }
    setTimeout(rest, 2000);
  });
  rest();
  return button;
};

for (const code of document.querySelectorAll(".bd-article .highlight > pre")) {
  if (!code.closest(".cell_output")) code.parentElement.append(copyButton(code));
}

// --- Quick checks --------------------------------------------------------------------------------

// A numbered list of choices stands above a folded list with a remark on each of them, of which the
// right one begins in bold: readable anywhere. Here one can choose, and see the remark on the choice.
const quickCheck = (answers, number) => {
  const choices = answers.previousElementSibling;
  const remarks = [...answers.querySelectorAll(":scope > ol > li")];
  const question = choices.previousElementSibling;
  question.id ||= `quick-check-${number + 1}`;

  const form = document.createElement("form");
  form.className = "quick-check";
  const group = document.createElement("fieldset");
  group.setAttribute("aria-labelledby", question.id);
  for (const [value, choice] of [...choices.children].entries()) {
    const label = document.createElement("label");
    const input = Object.assign(document.createElement("input"), { type: "radio", name: "choice", value });
    const text = document.createElement("span");
    text.append(...(choice.querySelector("p") ?? choice).cloneNode(true).childNodes);
    label.append(input, text);
    group.append(label);
  }
  const button = Object.assign(document.createElement("button"), { textContent: word("Check") });
  const remark = document.createElement("div");
  remark.setAttribute("role", "status");
  form.append(group, button, remark);
  form.addEventListener("change", () => { delete form.dataset.right; });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const value = new FormData(form).get("choice");
    delete form.dataset.right;
    if (value === null) {
      remark.textContent = word("Choose one first.");
      return;
    }
    remark.replaceChildren(...remarks[value].cloneNode(true).childNodes);
    look(); // at the formulas of the remark
    form.dataset.right = remarks[value].querySelector(":scope > p > strong:first-child") !== null;
  });
  for (const element of [choices, answers]) element.classList.add("quick-check-source");
  choices.before(form);
};

document.querySelectorAll("details.quick-check").forEach(quickCheck);

// --- Keyboard ------------------------------------------------------------------------------------

// The theme takes the focus off a button of the top bar that was pressed, and so loses the place of
// a reader without a mouse.
for (const button of document.querySelectorAll(".bd-header-article button")) {
  button.blur = () => {};
}

// A box that scrolls can be reached with Tab, or its hidden part would stay out of reach. All can be
// from the start; when one comes near that is not too wide, it no longer can. Nothing far away is
// laid out for it: the theme's own look at all boxes, folded ones too, took a phone a quarter of a
// second, and is left out.
addEventListener("load", (event) => event.stopImmediatePropagation(), { once: true });
const settle = (box) => {
  box.lastElementChild?.getBoundingClientRect(); // has it laid out, if it was skipped so far
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  else box.removeAttribute("tabindex");
};
const near = new IntersectionObserver((boxes) => {
  for (const { target, isIntersecting } of boxes) if (isIntersecting) settle(target);
}, { rootMargin: "50%" });
const BOXES = ":is(.formula, span.math[tabindex], pre, table, .cell_output > .output)";
const look = () => {
  for (const box of document.querySelectorAll(`.bd-article ${BOXES}`)) {
    box.tabIndex = 0;
    near.unobserve(box);
    near.observe(box);
  }
};
look();
addEventListener("resize", look);

// --- Print ---------------------------------------------------------------------------------------

// Paper is white, narrow, and cannot be clicked: wide formulas are printed smaller, and hints, answers
// and solutions open. Pictures that were never scrolled to are printed too.
const PAPER = 41; // the width of the text on A4, in em of a formula

addEventListener("beforeprint", () => {
  const { dataset } = document.documentElement;
  const { theme } = dataset;
  const closed = [...document.querySelectorAll("details:not([open])")];
  const wide = new Map();
  dataset.theme = "light";
  for (const details of closed) details.open = true;
  for (const image of document.querySelectorAll("img[loading]")) image.loading = "eager";
  for (const formula of document.querySelectorAll(".formula")) {
    const width = parseFloat(formula.style.getPropertyValue("--width"));
    if (width > PAPER) wide.set(formula, `${PAPER / width}em`);
  }
  for (const [formula, size] of wide) formula.style.fontSize = size;
  addEventListener("afterprint", () => {
    dataset.theme = theme;
    for (const details of closed) details.open = false;
    for (const formula of wide.keys()) formula.style.fontSize = "";
  }, { once: true });
});
