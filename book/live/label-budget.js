// A budget of labels: which ten of 300 digits would you name, so that the rest can be told from them?

import { PALETTE, button, canvas, element, font, ink, random, status, words } from "./kit.js";
import { SIDE, digits, paint } from "./digits.js";
import { lloyd, plusplusStart, squared } from "./kmeans.js";
import { load } from "./model.js";

const BUDGET = 10;
const W = words({
  ko: {
    label: "손글씨 300장의 지도. 비슷한 것끼리 가까이 있습니다. 누르면 정답을 알려 줍니다. 화살표 키로 고르고 스페이스로 누릅니다.",
    curve: "이름 붙인 장수와 나머지의 정확도", again: "처음부터", chance: "무작위로 고르기", means: "k-평균에게 맡기기",
    begin: `${BUDGET}장만 이름을 물어볼 수 있습니다. 지도에서 한 장을 눌러 보세요.`,
    said: (digit, n, own, chance) => `'${digit}'입니다. ${n}장으로 나머지의 ${own} %를 맞힙니다. 무작위로 ${n}장을 고르면 평균 ${chance} %입니다.`,
    all: (n, own, chance) => `${n}장으로 나머지의 ${own} %를 맞힙니다. 무작위로 ${n}장을 고르면 평균 ${chance} %입니다.`,
    you: "고른 것", random: "무작위 평균",
  },
  en: {
    label: "A map of 300 digits, alike ones near each other. Press one to learn its name. Arrow keys choose, the space bar presses.",
    curve: "Accuracy on the rest against the number of names", again: "Start again", chance: "Choose at random", means: "Let k-means choose",
    begin: `You may ask for the names of ${BUDGET} digits. Press one on the map.`,
    said: (digit, n, own, chance) => `It is a ${digit}. ${n} named: ${own} % of the rest are told right. Choosing ${n} at random: ${chance} % on average.`,
    all: (n, own, chance) => `${n} named: ${own} % of the rest are told right. Choosing ${n} at random: ${chance} % on average.`,
    you: "chosen", random: "random, mean",
  },
});
const COLORS = [...PALETTE, "#5B3FA8", "#7A4B1E"];

// The share of the other images whose nearest named image, by distance of codes, has their label.
export const accuracy = (codes, labels, named) => {
  const rest = codes.map((_, n) => n).filter((n) => !named.includes(n));
  const told = guesses(codes, labels, named);
  return rest.filter((n) => told[n] === labels[n]).length / rest.length;
};
export const guesses = (codes, labels, named) => codes.map((code) => {
  const far = named.map((n) => squared(code, codes[n]));
  return labels[named[far.indexOf(Math.min(...far))]];
});
// The images nearest to the centers of k-means, best of ten starts.
export const central = (codes, k, seed) => {
  const ends = Array.from({ length: 10 }, (_, i) => lloyd(codes, plusplusStart(codes, k, random(seed + i))));
  const { centers } = ends.reduce((a, b) => (a.J <= b.J ? a : b));
  return centers.map((center) => {
    const far = codes.map((code) => squared(code, center));
    return far.indexOf(Math.min(...far));
  });
};

export default async (parent) => {
  const [model, { images, labels, map }] = await Promise.all([load("conv-autoencoder"), digits()]);
  const codes = images.map((image) => [...model.run("encoder", image, SIDE)]);
  const state = { named: [], own: [], held: 0, seed: 1 };
  // What choosing at random gets, on average over 100 choices, for each number of names.
  const draws = Array.from({ length: 100 }, (_, seed) => {
    const { below } = random(seed + 1), left = [...codes.keys()];
    return Array.from({ length: BUDGET }, () => left.splice(below(left.length), 1)[0]);
  });
  const chance = Array.from({ length: BUDGET }, (_, n) => draws.reduce((sum, draw) => sum + accuracy(codes, labels, draw.slice(0, n + 1)), 0) / draws.length);
  const percent = (value) => (100 * value).toFixed(0);

  const name = (n, text) => {
    if (state.named.length === BUDGET || state.named.includes(n)) return;
    state.named.push(n);
    state.own.push(accuracy(codes, labels, state.named));
    const count = state.named.length;
    const values = [count, percent(state.own.at(-1)), percent(chance[count - 1])];
    say(text ? W.all(...values) : W.said(labels[n], ...values));
    look();
  };
  const clear = () => { Object.assign(state, { named: [], own: [] }); say(W.begin); look(); };
  const take = (list) => { clear(); list.forEach((n) => name(n, true)); };
  const look = () => { plane.redraw(); curve.redraw(); };

  const size = (width) => Math.max(14, width / 26);
  const place = (n, width, height) => map[n].map((value, axis) => size(width) / 2 + 4 + value * ([width, height][axis] - size(width) - 8));
  const plane = canvas(parent, { height: .62, label: W.label, draw: (c, width, height) => {
    const told = state.named.length ? guesses(codes, labels, state.named) : null;
    const { text, ground } = ink(), side = size(width);
    c.fillStyle = ground;
    c.fillRect(0, 0, width, height);
    images.forEach((image, n) => {
      const [x, y] = place(n, width, height);
      paint(c, image, x - side / 2, y - side / 2, side);
      if (!told) return;
      c.globalCompositeOperation = "screen";
      c.fillStyle = COLORS[told[n]];
      c.fillRect(x - side / 2, y - side / 2, side, side);
      c.globalCompositeOperation = "source-over";
    });
    c.lineWidth = 2;
    c.font = `bold ${font(14)}`;
    for (const n of state.named) {
      const [x, y] = place(n, width, height);
      c.strokeStyle = c.fillStyle = text;
      c.strokeRect(x - side / 2 - 2, y - side / 2 - 2, side + 4, side + 4);
      c.lineWidth = 3;
      c.strokeStyle = ground;
      c.strokeText(labels[n], x + side / 2 + 3, y + 5);
      c.fillText(labels[n], x + side / 2 + 3, y + 5);
      c.lineWidth = 2;
    }
    if (document.activeElement !== plane?.canvas || !plane.canvas.matches(":focus-visible")) return;
    const [x, y] = place(state.held, width, height);
    c.strokeStyle = PALETTE[1];
    c.strokeRect(x - side / 2 - 4, y - side / 2 - 4, side + 8, side + 8);
  } });
  const curve = canvas(parent, { height: .3, label: W.curve, draw: (c, width, height) => {
    const { muted, line } = ink();
    const x = (n) => 36 + (n - 1) * (width - 48) / (BUDGET - 1), y = (value) => 10 + (1 - value) * (height - 34);
    c.clearRect(0, 0, width, height);
    c.font = font(12);
    for (const value of [0, .5, 1]) {
      c.strokeStyle = line;
      c.strokeRect(x(1), y(value), width - 48, 0);
      c.fillStyle = muted;
      c.fillText(`${100 * value}`, 6, y(value) + 4);
    }
    for (const n of [1, 5, 10]) c.fillText(n, x(n) - 4, height - 6);
    [[chance, muted, W.random], [state.own, PALETTE[5], W.you]].forEach(([values, color, caption], i) => {
      c.strokeStyle = c.fillStyle = color;
      c.lineWidth = 2;
      c.beginPath();
      values.forEach((value, n) => c[n ? "lineTo" : "moveTo"](x(n + 1), y(value)));
      c.stroke();
      values.forEach((value, n) => c.fillRect(x(n + 1) - 3, y(value) - 3, 6, 6));
      c.fillText(caption, 44, 24 + 16 * i);
    });
  } });
  for (const view of [plane, curve]) view.canvas.style.maxWidth = "none";
  const bar = element("div", { className: "live-bar" });
  parent.append(bar);
  const say = status(parent);
  button(bar, W.again, clear);
  button(bar, W.chance, () => take(draws[state.seed++ % draws.length]));
  button(bar, W.means, () => take(central(codes, BUDGET, 1)));
  const far = (n, x, y) => {
    const [px, py] = place(n, plane.canvas.clientWidth, plane.canvas.clientHeight);
    return Math.hypot(px - x, py - y);
  };
  plane.canvas.addEventListener("click", (event) => {
    const [x, y] = plane.at(event);
    const nearest = [...codes.keys()].reduce((a, b) => (far(a, x, y) <= far(b, x, y) ? a : b));
    state.held = nearest;
    name(nearest);
  });
  plane.canvas.style.cursor = "pointer";
  plane.canvas.addEventListener("keydown", (event) => {
    const toward = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === " ") name(state.held);
    else if (toward) {
      // The nearest image on that side, a step sideways counting three times.
      const cost = (n) => {
        const [dx, dy] = [0, 1].map((axis) => map[n][axis] - map[state.held][axis]);
        const ahead = dx * toward[0] + dy * toward[1];
        return n === state.held || ahead <= 0 ? Infinity : ahead + 3 * Math.abs(dx * toward[1] + dy * toward[0]);
      };
      state.held = [...codes.keys()].reduce((a, b) => (cost(a) <= cost(b) ? a : b), state.held);
    } else return;
    event.preventDefault();
    look();
  });
  clear();
  return { state, codes, labels, chance, name, images }; // for tests
};
