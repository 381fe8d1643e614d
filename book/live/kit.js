// What live figures share: a canvas that follows the theme and the pixels of the screen, controls that
// work by mouse, touch and keyboard, words in both languages, random numbers with a seed.

export const language = document.documentElement.lang === "ko" ? "ko" : "en";

// The eight colors of the book's plots (course_lib/plots.py).
export const PALETTE = ["#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#B8A800", "#888888"];

// words({ko: {...}, en: {...}}) -> those of the page's language. Both must name the same things.
export const words = (all) => {
  const names = Object.keys(all.en).sort().join();
  if (Object.keys(all.ko).sort().join() !== names) throw new Error(`words differ: ${names}`);
  return all[language];
};

// Numbers in [0, 1) that follow from the seed alone (mulberry32), and standard normal ones.
export const random = (seed) => {
  let state = seed >>> 0;
  const uniform = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return { uniform, normal, below: (n) => Math.floor(uniform() * n) };
};

export const element = (tag, properties = {}, ...children) => {
  const { style, ...rest } = properties;
  const made = Object.assign(document.createElement(tag), rest);
  Object.assign(made.style, style);
  made.append(...children);
  return made;
};

// The colors of the page as it is now.
export const ink = () => {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(`--pst-color-${name}`).trim();
  return { text: value("text-base"), muted: value("text-muted"), line: value("border"), ground: value("background") };
};

// The font of the page in a size of its own, for a canvas.
export const font = (size) => `${size}px ${getComputedStyle(document.body).fontFamily}`;

// A canvas `height` times as high as wide. draw(context, width, height) is called in CSS pixels, and
// again when size, theme or `redraw` ask for it. Returns {canvas, redraw, at(event) -> [x, y]}.
export const canvas = (parent, { height, label, draw }) => {
  const made = element("canvas", { tabIndex: 0 });
  made.setAttribute("role", "img");
  made.setAttribute("aria-label", label);
  parent.append(made);
  let asked = false;
  const paint = () => {
    asked = false;
    const width = made.clientWidth;
    if (!width) return;
    const ratio = window.devicePixelRatio || 1;
    made.width = Math.round(width * ratio);
    made.height = Math.round(width * height * ratio);
    const context = made.getContext("2d");
    context.scale(ratio, ratio);
    draw(context, width, width * height);
  };
  const redraw = () => {
    if (!asked) requestAnimationFrame(paint);
    asked = true;
  };
  made.style.aspectRatio = 1 / height;
  new ResizeObserver(redraw).observe(made);
  new MutationObserver(redraw).observe(document.documentElement, { attributeFilter: ["data-theme"] });
  const at = (event) => {
    const box = made.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  redraw();
  return { canvas: made, redraw, at };
};

// Drags something on a canvas: find(x, y) -> what is there or null; move(what, x, y) while it is
// dragged; drop(what) at the end. A finger that finds nothing scrolls the page.
export const drag = ({ canvas: target, at }, { find, move, drop = () => {} }) => {
  let held = null;
  target.addEventListener("pointerdown", (event) => {
    held = find(...at(event));
    if (held === null) return;
    target.setPointerCapture(event.pointerId);
    event.preventDefault();
  });
  target.addEventListener("touchstart", (event) => { if (held !== null) event.preventDefault(); }, { passive: false });
  target.addEventListener("pointermove", (event) => {
    if (held !== null) move(held, ...at(event));
    else target.style.cursor = find(...at(event)) === null ? "" : "grab";
  });
  for (const end of ["pointerup", "pointercancel"]) {
    target.addEventListener(end, () => {
      if (held !== null) drop(held);
      held = null;
    });
  }
};

export const button = (parent, text, action) => {
  const made = element("button", { type: "button", textContent: text });
  made.addEventListener("click", action);
  parent.append(made);
  return made;
};

export const slider = (parent, text, { min, max, step = 1, value, show = String }, action) => {
  const field = element("input", { type: "range", min, max, step, value });
  const said = element("output", { textContent: show(value) });
  field.addEventListener("input", () => {
    said.textContent = show(Number(field.value));
    action(Number(field.value));
  });
  parent.append(element("label", {}, `${text} `, field, said));
  return field;
};

// choice(parent, text, {name: words}, action) -> a menu; action(name) when another is chosen.
export const choice = (parent, text, options, action) => {
  const menu = element("select");
  for (const [value, words_] of Object.entries(options)) menu.append(element("option", { value, textContent: words_ }));
  menu.addEventListener("change", () => action(menu.value));
  parent.append(element("label", {}, `${text} `, menu));
  return menu;
};

// A line below the figure that is also read aloud when it changes.
export const status = (parent) => {
  const made = element("p", { className: "live-status" });
  made.setAttribute("role", "status");
  parent.append(made);
  return (text) => { if (made.textContent !== text) made.textContent = text; };
};

// Calls step() every `pause` milliseconds while it is on and in view; at most once where the reader
// wants less motion. Returns {toggle, stop, running}.
export const player = (parent, pause, step, changed = () => {}) => {
  let timer = null;
  let seen = false;
  let on = false;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const settle = () => {
    const wanted = on && seen;
    if (wanted && timer === null) timer = setInterval(tick, pause);
    if (!wanted && timer !== null) { clearInterval(timer); timer = null; }
  };
  const set = (value) => {
    on = value;
    settle();
    changed(on);
  };
  const tick = () => { if (step() === false || calm.matches) set(false); };
  new IntersectionObserver(([entry]) => { seen = entry.isIntersecting; settle(); }).observe(parent);
  return { toggle: () => set(!on), stop: () => { if (on) set(false); }, get running() { return on; } };
};
