// A photograph in K colors, which k-means finds. The reader's own photograph never leaves the page.

import { button, canvas, element, random, slider, status, words } from "./kit.js";
import { assign, lloyd, plusplusStart, squared } from "./kmeans.js";
import { fetched } from "./model.js";
import { choosePhoto, opened } from "./photo.js";

const W = words({
  ko: {
    before: "원본 사진", after: "K가지 색으로 다시 칠한 사진", palette: "찾아낸 색과 그 비중", k: "색의 수 K", own: "내 사진 고르기", again: "다시 초기화",
    said: (k, bits, ratio, rmse) => `${k}가지 색: 픽셀마다 24비트 대신 ${bits}비트 (${ratio}배 작음), 색 오차의 제곱평균제곱근 ${rmse}`,
  },
  en: {
    before: "The photograph", after: "The photograph in K colors", palette: "The colors found, and their shares", k: "Colors K", own: "Choose my photograph", again: "Start again",
    said: (k, bits, ratio, rmse) => `${k} colors: ${bits} bits a pixel in place of 24 (${ratio} times smaller), root mean squared error ${rmse}`,
  },
});
const SIDE = 240, SAMPLE = 4000;

// K colors from a sample of the pixels, the color of every pixel, and the root mean squared error.
export const quantized = (pixels, k, seed) => {
  const chance = random(seed);
  const sample = pixels.length <= SAMPLE ? pixels : Array.from({ length: SAMPLE }, () => pixels[chance.below(pixels.length)]);
  const { centers } = lloyd(sample, plusplusStart(sample, k, chance), 30);
  const labels = assign(pixels, centers);
  const error = Math.sqrt(pixels.reduce((sum, pixel, n) => sum + squared(pixel, centers[labels[n]]), 0) / (3 * pixels.length));
  return { centers, labels, error };
};

export default async (parent) => {
  const state = { photo: await opened(await (await fetched("china.jpg")).blob(), SIDE), k: 8, seed: 1, found: null };

  const look = () => {
    state.found = quantized(state.photo.pixels, state.k, state.seed);
    const bits = Math.ceil(Math.log2(state.k)) || 1;
    say(W.said(state.k, bits, (24 / bits).toFixed(0), state.found.error.toFixed(3)));
    for (const one of [before, after, strip]) one.redraw();
  };
  const show = (color) => (c, width, height) => {
    const { photo } = state;
    const made = new ImageData(photo.width, photo.height);
    photo.pixels.forEach((_, n) => made.data.set([...color(n).map((value) => Math.round(255 * value)), 255], 4 * n));
    const small = element("canvas", { width: photo.width, height: photo.height });
    small.getContext("2d").putImageData(made, 0, 0);
    const scale = Math.min(width / photo.width, height / photo.height);
    const [w, h] = [photo.width * scale, photo.height * scale];
    c.clearRect(0, 0, width, height);
    c.drawImage(small, (width - w) / 2, (height - h) / 2, w, h);
  };
  const row = element("div", { className: "live-row" });
  parent.append(row);
  const before = canvas(row, { height: .68, label: W.before, draw: show((n) => state.photo.pixels[n]) });
  const after = canvas(row, { height: .68, label: W.after, draw: show((n) => state.found.centers[state.found.labels[n]]) });
  const strip = canvas(parent, { height: .05, label: W.palette, draw: (c, width, height) => {
    const { centers, labels } = state.found;
    const counts = centers.map(() => 0);
    for (const label of labels) counts[label] += 1;
    const order = [...counts.keys()].sort((a, b) => counts[b] - counts[a]);
    let x = 0;
    for (const k of order) {
      c.fillStyle = `rgb(${centers[k].map((value) => Math.round(255 * value))})`;
      c.fillRect(x, 0, counts[k] / labels.length * width + 1, height);
      x += counts[k] / labels.length * width;
    }
  } });
  Object.assign(strip.canvas.style, { maxWidth: "none", marginTop: ".6rem" });
  const bar = element("div", { className: "live-bar" });
  parent.append(bar);
  const say = status(parent);
  const take = choosePhoto(parent, bar, W.own, say, async (file) => {
    state.photo = await opened(file, SIDE);
    look();
  });
  button(bar, W.again, () => { state.seed += 1; look(); });
  slider(bar, W.k, { min: 1, max: 32, value: 8 }, (value) => { state.k = value; look(); });
  look();
  return { state, take }; // for tests
};
