// Handwritten digits for live figures: 300 test images of MNIST, a pad to draw one's own, and how
// images are shown and compared. An image is a Float32Array of 28 x 28 numbers, ink 1, ground 0.

import { canvas, element, ink } from "./kit.js";
import { fetched } from "./model.js";

export const SIDE = 28;
const COLUMNS = 20; // of the sheet that recipes/live.py makes

const pixels = (side) => element("canvas", { width: side, height: side }).getContext("2d", { willReadFrequently: true });
const levels = (context, x, y) => {
  const { data } = context.getImageData(x, y, SIDE, SIDE);
  return Float32Array.from({ length: SIDE * SIDE }, (_, i) => data[4 * i] / 255);
};

// digits() -> {images, labels, map} of the first test images; the map has a place in the unit square
// for each, near those whose codes (of the convolutional autoencoder) are like its own.
export const digits = async () => {
  const { labels, map } = await (await fetched("digits.json")).json();
  const sheet = await createImageBitmap(await (await fetched("digits.png")).blob(), { colorSpaceConversion: "none" });
  const context = element("canvas", { width: sheet.width, height: sheet.height }).getContext("2d", { willReadFrequently: true });
  context.drawImage(sheet, 0, 0);
  const images = labels.map((_, n) => levels(context, SIDE * (n % COLUMNS), SIDE * Math.floor(n / COLUMNS)));
  return { images, labels, map };
};

export const mse = (a, b) => a.reduce((sum, value, i) => sum + (value - b[i]) ** 2, 0) / a.length;
export const clipped = (image) => image.map((value) => Math.min(1, Math.max(0, value)));
// Decibels of an image that should be `clean`, both in [0, 1].
export const psnr = (clean, image) => -10 * Math.log10(Math.max(mse(clean, clipped(image)), 1e-10));

const small = pixels(SIDE);
// Show an image as a square of `size` at (x, y). With `signed`, red is too much and blue too little.
export const paint = (c, image, x, y, size, { signed = false } = {}) => {
  const made = small.createImageData(SIDE, SIDE);
  image.forEach((value, i) => {
    const v = Math.round(255 * Math.min(1, Math.max(signed ? -1 : 0, value)));
    const color = !signed ? [v, v, v] : v > 0 ? [255, 255 - v, 255 - v] : [255 + v, 255 + v, 255];
    made.data.set([...color, 255], 4 * i);
  });
  small.putImageData(made, 0, 0);
  c.imageSmoothingEnabled = false;
  c.drawImage(small.canvas, x, y, size, size);
};

const trace = (c, strokes, place, width, color) => {
  Object.assign(c, { lineWidth: width, lineCap: "round", lineJoin: "round", strokeStyle: color });
  for (const stroke of strokes) {
    c.beginPath();
    stroke.forEach((point, i) => c[i ? "lineTo" : "moveTo"](...place(point)));
    if (stroke.length === 1) c.lineTo(...place(stroke[0]));
    c.stroke();
  }
};

// Strokes as the makers of MNIST would have stored them: 20 pixels at most, the mass in the middle.
export const stored = (strokes) => {
  const points = strokes.flat();
  if (!points.length) return new Float32Array(SIDE * SIDE);
  const [low, high] = [Math.min, Math.max].map((end) => [0, 1].map((axis) => end(...points.map((point) => point[axis]))));
  const scale = Math.min(17.5 / Math.max(high[0] - low[0], high[1] - low[1], 1e-9), 60);
  let shift = [0, 1].map((axis) => SIDE / 2 - (scale * (low[axis] + high[axis])) / 2);
  let image;
  for (let pass = 0; pass < 2; pass++) {
    small.fillStyle = "#000";
    small.fillRect(0, 0, SIDE, SIDE);
    trace(small, strokes, ([x, y]) => [scale * x + shift[0], scale * y + shift[1]], 2.4, "#fff");
    image = levels(small, 0, 0);
    const mass = image.reduce((sum, value) => sum + value, 0);
    const middle = [(i) => i % SIDE, (i) => Math.floor(i / SIDE)].map((axis) => image.reduce((sum, value, i) => sum + value * (axis(i) + .5), 0) / mass);
    shift = shift.map((value, axis) => value + SIDE / 2 - middle[axis]);
  }
  return image;
};

// A square to draw on, by mouse, finger or keyboard (arrows move the pen, the space bar lowers it).
// changed(image, done) follows each move. Returns {canvas, redraw, clear(), show(image)}.
export const pad = (parent, { label, changed }) => {
  const state = { strokes: [], image: null, pen: [.5, .5], down: false };
  const view = canvas(parent, { height: 1, label, draw: (c, width) => {
    c.fillStyle = "#000";
    c.fillRect(0, 0, width, width);
    if (state.image) paint(c, state.image, 0, 0, width);
    trace(c, state.strokes, ([x, y]) => [x * width, y * width], width / 13, "#fff");
    if (document.activeElement !== view?.canvas || !view.canvas.matches(":focus-visible")) return;
    c.strokeStyle = state.down ? "#56B4E9" : "#E69F00";
    c.lineWidth = 2;
    c.strokeRect(state.pen[0] * width - 6, state.pen[1] * width - 6, 12, 12);
  } });
  const told = (done) => {
    view.redraw();
    changed(state.image ?? stored(state.strokes), done);
  };
  const begin = (point) => {
    if (state.image) Object.assign(state, { image: null, strokes: [] });
    state.strokes.push([point]);
    told(false);
  };
  const go = (point) => { state.strokes.at(-1).push(point); told(false); };
  const place = (event) => view.at(event).map((value) => Math.min(1, Math.max(0, value / view.canvas.clientWidth)));
  view.canvas.style.touchAction = "none";
  view.canvas.style.cursor = "crosshair";
  view.canvas.addEventListener("pointerdown", (event) => {
    view.canvas.setPointerCapture(event.pointerId);
    begin(place(event));
  });
  view.canvas.addEventListener("pointermove", (event) => { if (event.buttons) go(place(event)); });
  view.canvas.addEventListener("pointerup", () => told(true));
  const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  view.canvas.addEventListener("keydown", (event) => {
    if (event.key === " ") {
      state.down = !state.down;
      if (state.down) begin([...state.pen]); else told(true);
    } else if (moves[event.key]) {
      state.pen = state.pen.map((value, axis) => Math.min(.95, Math.max(.05, value + .04 * moves[event.key][axis])));
      if (state.down) go([...state.pen]);
    } else return;
    event.preventDefault();
    view.redraw();
  });
  for (const end of ["focus", "blur"]) view.canvas.addEventListener(end, view.redraw);
  const clear = () => { Object.assign(state, { strokes: [], image: null, down: false }); told(true); };
  const show = (image) => { Object.assign(state, { strokes: [], image, down: false }); told(true); };
  return { ...view, clear, show };
};

// A row of captioned images on one canvas. show([{text, image, signed}]) fills it.
export const shelf = (parent, { label, columns }) => {
  let shown = [];
  const view = canvas(parent, { height: 1 / columns + .11, label, draw: (c, width) => {
    const size = width / columns, { text } = ink();
    c.clearRect(0, 0, width, width);
    c.font = `${Math.max(11, Math.min(14, size / 8))}px ${getComputedStyle(document.body).fontFamily}`;
    c.fillStyle = text;
    c.textAlign = "center";
    shown.forEach(({ text: caption, image, signed }, n) => {
      paint(c, image, n * size + 3, 3, size - 6, { signed });
      caption.split("\n").forEach((line, i) => c.fillText(line, (n + .5) * size, size + 12 + 16 * i, size - 2));
    });
  } });
  return { ...view, show: (list) => { shown = list; view.redraw(); } };
};
