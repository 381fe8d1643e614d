// A real descent of Gatys' loss, on a bundled photograph or the reader's own, in the background.

import { button, canvas, choice, element, font, ink, slider, status, words } from "./kit.js";
import { fetched } from "./model.js";
import { choosePhoto, opened } from "./photo.js";

const W = words({
  ko: {
    pictures: "사진, 스타일, 그리고 그려지는 그림", content: "사진", style: "스타일", painted: "그림", grams: "그람 행렬: 지금의 그림과 스타일",
    now: "지금", wanted: "목표", paint: "그리기", pause: "멈춤", own: "내 사진 고르기", picture: "스타일", weight: "스타일 가중치", size: "크기",
    jogakbo: "조각보", swirl: "소용돌이", waves: "물결", ink: "먹", first: "'그리기'를 누르면 신경망의 처음 다섯 층(0.6 MB)을 받아 그리기 시작합니다.",
    waiting: "신경망을 받고 있습니다.", small: "64픽셀 (빠름)", medium: "96픽셀", large: "128픽셀 (느림)",
    said: (step, content, style, ms) => `${step}스텝: 내용 손실 ${content}, 스타일 손실 ${style}. 한 스텝에 ${ms}초.`,
  },
  en: {
    pictures: "The photograph, the style, and the painting", content: "photograph", style: "style", painted: "painting", grams: "Gram matrices: the painting's and the style's",
    now: "now", wanted: "wanted", paint: "Paint", pause: "Pause", own: "Choose my photograph", picture: "Style", weight: "Style weight", size: "Size",
    jogakbo: "patchwork", swirl: "swirls", waves: "waves", ink: "ink", first: "Press Paint: the first five layers of the network (0.6 MB) are loaded and the descent begins.",
    waiting: "Loading the network.", small: "64 pixels (fast)", medium: "96 pixels", large: "128 pixels (slow)",
    said: (step, content, style, ms) => `Step ${step}: content loss ${content}, style loss ${style}. ${ms} s a step.`,
  },
});
const STYLES = ["swirl", "jogakbo", "waves", "ink"];

// Pixels of a picture as the network wants them: (3, H, W).
const planes = ({ pixels }) => Float32Array.from({ length: 3 * pixels.length }, (_, i) => pixels[i % pixels.length][Math.floor(i / pixels.length)]);

export default async (parent) => {
  const blob = async (name) => (await fetched(`${name}.jpg`)).blob();
  const state = { file: await blob("china"), style: "swirl", size: 96, weight: 100, on: false, seen: null, photo: null, brush: null };
  let worker = null;

  const show = (image, x, y, side, c) => {
    const n = state.size, made = new ImageData(n, n);
    for (let i = 0; i < n * n; i++) made.data.set([255 * image[i], 255 * image[n * n + i], 255 * image[2 * n * n + i], 255], 4 * i);
    const small = element("canvas", { width: n, height: n });
    small.getContext("2d").putImageData(made, 0, 0);
    c.imageSmoothingEnabled = true;
    c.drawImage(small, x, y, side, side);
  };
  const prepare = async () => {
    state.photo = planes(await opened(state.file, state.size, { square: true }));
    state.brush = planes(await opened(await blob(state.style), state.size, { square: true }));
    state.seen = null;
    for (const view of [three, two]) view.redraw();
  };
  const heard = ({ data }) => {
    if (!state.on || data.image.length !== state.photo.length) return;
    state.seen = data;
    say(W.said(data.step, data.content.toFixed(3), data.style.toFixed(4), (data.ms / 1000).toFixed(1)));
    three.redraw();
    two.redraw();
  };
  const begin = () => {
    if (!worker) {
      worker = new Worker(new URL("./style-worker.js", import.meta.url), { type: "module" });
      worker.onmessage = heard;
    }
    worker.postMessage({ content: state.photo, style: state.brush, H: state.size, W: state.size, weight: state.weight });
    say(W.waiting);
  };
  const set = (on) => {
    state.on = on;
    run.textContent = on ? W.pause : W.paint;
    if (on && !state.seen) begin();
    else worker?.postMessage({ on });
  };
  const anew = async () => {
    await prepare();
    if (state.on) begin();
    else { worker?.postMessage({ on: false }); say(W.first); }
  };

  const three = canvas(parent, { height: .36, label: W.pictures, draw: (c, width) => {
    const side = width / 3 - 6;
    c.clearRect(0, 0, width, width);
    c.font = font(13);
    c.fillStyle = ink().text;
    [[state.photo, W.content], [state.brush, W.style], [state.seen?.image ?? state.photo, W.painted]].forEach(([image, text], n) => {
      if (image) show(image, n * (side + 9), 0, side, c);
      c.fillText(text, n * (side + 9) + 2, side + 16);
    });
  } });
  three.canvas.style.maxWidth = "none";
  const row = element("div", { className: "live-row" });
  parent.append(row);
  const two = canvas(row, { height: .56, label: W.grams, draw: (c, width) => {
    const side = width / 2 - 5;
    c.clearRect(0, 0, width, width);
    c.font = font(13);
    c.fillStyle = ink().text;
    if (!state.seen) { c.fillText(W.grams, 2, 16); return; }
    const most = Math.max(...state.seen.wanted);
    [[state.seen.gram, W.now], [state.seen.wanted, W.wanted]].forEach(([values, text], k) => {
      const n = Math.sqrt(values.length), made = new ImageData(n, n);
      values.forEach((value, i) => { const v = 255 * Math.min(1, Math.sqrt(Math.max(0, value) / most)); made.data.set([v, v, v, 255], 4 * i); });
      const small = element("canvas", { width: n, height: n });
      small.getContext("2d").putImageData(made, 0, 0);
      c.imageSmoothingEnabled = false;
      c.drawImage(small, k * (side + 10), 0, side, side);
      c.fillText(`${W.grams.split(":")[0]}, ${text}`, k * (side + 10) + 2, side + 16);
    });
  } });
  two.canvas.style.maxWidth = "24rem";
  const bar = element("div", { className: "live-bar" });
  row.append(bar);
  bar.style.flex = "1 1 16rem";
  const say = status(parent);
  const run = button(bar, W.paint, () => set(!state.on));
  const take = choosePhoto(parent, bar, W.own, say, async (file) => {
    await opened(file, 1); // is it a picture?
    state.file = file;
    await anew();
  });
  choice(bar, W.picture, Object.fromEntries(STYLES.map((name) => [name, W[name]])), (name) => { state.style = name; anew(); });
  const sizes = choice(bar, W.size, { 64: W.small, 96: W.medium, 128: W.large }, (size) => { state.size = Number(size); anew(); });
  sizes.value = state.size;
  slider(bar, W.weight, { min: 0, max: 3, step: .25, value: 2, show: (value) => (10 ** value).toFixed(0) }, (value) => {
    state.weight = 10 ** value;
    worker?.postMessage({ weight: state.weight });
  });
  // Out of view it rests.
  new IntersectionObserver(([entry]) => { if (state.on) worker?.postMessage({ on: entry.isIntersecting }); }).observe(parent);
  await prepare();
  say(W.first);
  return { state, take }; // for tests
};
