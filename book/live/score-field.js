// A denoiser that learns in the page, its arrows beside the best ones, and points that walk along them.

import { button, canvas, choice, element, ink, player, random, slider, status, words } from "./kit.js";
import { SHAPES, best, create, errors, step } from "./denoise.js";
import { forward } from "./network.js";

const W = words({
  ko: {
    label: "점들과, 잡음이 섞인 점을 어디로 옮길지 나타내는 화살표. 누른 곳에서 점이 출발해 화살표를 따라 걷습니다.",
    play: "학습 시작", pause: "멈춤", restart: "처음부터", walk: "점 뿌리고 걷기", sigma: "잡음 σ",
    shape: "데이터", spiral: "나선", circles: "두 원", groups: "다섯 무리", arrows: "화살표", learned: "배운 것(주황)", exact: "최적(파랑)", both: "둘 다",
    rest: "학습을 시작하면 주황 화살표가 최적의 파란 화살표에 가까워집니다.",
    now: (t, ours, ideal, none) => `${t}스텝: 신경망의 평균 제곱 오차 ${ours}, 최적의 값 ${ideal}, 그대로 두면 ${none}`,
    walking: "점 60개가 잡음 제거를 되풀이하며 데이터로 걸어갑니다.",
  },
  en: {
    label: "Points, and arrows that say where a noisy point should go. A point set out with a click walks along them.",
    play: "Train", pause: "Pause", restart: "Start again", walk: "Scatter points and walk", sigma: "Noise σ",
    shape: "Data", spiral: "spiral", circles: "two circles", groups: "five groups", arrows: "Arrows", learned: "learned (orange)", exact: "best (blue)", both: "both",
    rest: "Start the training: the orange arrows come close to the best ones, which are blue.",
    now: (t, ours, ideal, none) => `Step ${t}: the network's mean squared error is ${ours}, the least possible ${ideal}, doing nothing ${none}`,
    walking: "Sixty points denoise themselves again and again, and walk to the data.",
  },
});
const SPAN = 2.4; // the plane reaches from -SPAN to SPAN
const GRID = 15; // arrows a side
const MOST = 2500; // steps

export default (parent) => {
  const state = { shape: "spiral", sigma: 0.3, arrows: "both", t: 0, walkers: [] };
  const places = Array.from({ length: GRID * GRID }, (_, i) => [i % GRID, Math.floor(i / GRID)].map((at) => SPAN * ((2 * at + 1) / GRID - 1)));

  const begin = () => {
    train.stop();
    walk.stop();
    state.generator = random(4);
    Object.assign(state, { points: SHAPES[state.shape](240, state.generator), layers: create(state.generator), t: 0, walkers: [] });
    state.exact = places.map((y) => best(state.points, y, state.sigma));
    say(W.rest);
    plane.redraw();
  };
  const denoised = (ys) => {
    const out = forward(state.layers, Float64Array.from(ys.flat()), ys.length).at(-1);
    return ys.map((_, n) => [out[2 * n], out[2 * n + 1]]);
  };
  const look = () => {
    const [ours, ideal, none] = errors(state.layers, state.points, state.sigma, random(8));
    state.errors = { ours, ideal, none };
    say(W.now(state.t, ours.toFixed(3), ideal.toFixed(3), none.toFixed(3)));
    plane.redraw();
  };
  const learn = () => {
    state.t += 1;
    step(state.layers, state.t, state.points, state.sigma, state.generator, { lr: state.t > MOST / 2 ? 5e-4 : 3e-3 });
  };
  const frame = () => {
    const end = performance.now() + 30;
    do learn();
    while (performance.now() < end && state.t % 10);
    if (state.t % 20 === 0) look();
    else plane.redraw();
    return state.t < MOST;
  };
  // Each walker goes a fifth of the way to where the denoiser would put it.
  const stride = () => {
    const to = denoised(state.walkers.map((path) => path.at(-1)));
    let moved = 0;
    state.walkers.forEach((path, n) => {
      const from = path.at(-1);
      const next = from.map((value, axis) => value + 0.2 * (to[n][axis] - value));
      moved = Math.max(moved, Math.hypot(next[0] - from[0], next[1] - from[1]));
      path.push(next);
    });
    plane.redraw();
    return moved > 2e-3 && state.walkers[0].length < 120;
  };
  const scatter = () => {
    const { uniform } = random(state.t + 1);
    state.walkers = Array.from({ length: 60 }, () => [[0, 0].map(() => SPAN * (2 * uniform() - 1))]);
    say(W.walking);
    walk.stop();
    walk.toggle();
  };

  const draw = (c, width, height) => {
    const { muted, text, ground } = ink();
    const unit = Math.min(width, height) / (2 * SPAN);
    const [px, py] = [(x) => width / 2 + x * unit, (y) => height / 2 - y * unit];
    c.fillStyle = ground;
    c.fillRect(0, 0, width, height);
    c.fillStyle = muted;
    for (let i = 0; i < state.points.length; i += 2) c.fillRect(px(state.points[i]) - 1.5, py(state.points[i + 1]) - 1.5, 3, 3);
    const arrow = (from, to, color, wide) => {
      const [x, y] = [0, 1].map((axis) => from[axis] + 0.45 * (to[axis] - from[axis]));
      const angle = Math.atan2(-(y - from[1]), x - from[0]);
      c.strokeStyle = c.fillStyle = color;
      c.lineWidth = wide;
      c.beginPath();
      c.moveTo(px(from[0]), py(from[1]));
      c.lineTo(px(x), py(y));
      c.stroke();
      c.beginPath();
      for (const turn of [0, 2.6, -2.6]) c.lineTo(px(x) + 5 * Math.cos(angle + turn), py(y) + 5 * Math.sin(angle + turn));
      c.fill();
    };
    if (state.arrows !== "learned") places.forEach((y, n) => arrow(y, state.exact[n], "rgb(0 114 178 / .75)", 3));
    if (state.arrows !== "exact") {
      const learned = denoised(places);
      places.forEach((y, n) => arrow(y, learned[n], "#E8720C", 1.3));
    }
    c.strokeStyle = c.fillStyle = text;
    c.lineWidth = 1;
    for (const path of state.walkers) {
      c.globalAlpha = 0.45;
      c.beginPath();
      for (const [x, y] of path) c.lineTo(px(x), py(y));
      c.stroke();
      c.globalAlpha = 1;
      c.beginPath();
      c.arc(px(path.at(-1)[0]), py(path.at(-1)[1]), 3.5, 0, 2 * Math.PI);
      c.fill();
    }
  };

  const row = element("div", { className: "live-row" });
  parent.append(row);
  const plane = canvas(row, { height: 1, label: W.label, draw });
  const bar = element("div", { className: "live-bar" });
  row.append(bar);
  const say = status(parent);
  const train = player(parent, 16, frame, (on) => { run.textContent = on ? W.pause : W.play; });
  const walk = player(parent, 40, stride);
  const run = button(bar, W.play, train.toggle);
  button(bar, W.walk, scatter);
  button(bar, W.restart, begin);
  choice(bar, W.arrows, { both: W.both, learned: W.learned, exact: W.exact }, (name) => {
    state.arrows = name;
    plane.redraw();
  });
  choice(bar, W.shape, Object.fromEntries(Object.keys(SHAPES).map((name) => [name, W[name]])), (name) => {
    state.shape = name;
    begin();
  });
  slider(bar, W.sigma, { min: 0.1, max: 0.8, step: 0.1, value: 0.3 }, (sigma) => {
    state.sigma = sigma;
    begin();
  });
  plane.canvas.addEventListener("pointerdown", (event) => {
    const unit = Math.min(plane.canvas.clientWidth, plane.canvas.clientHeight) / (2 * SPAN);
    const [x, y] = plane.at(event);
    state.walkers = [...state.walkers, [[(x - plane.canvas.clientWidth / 2) / unit, (plane.canvas.clientHeight / 2 - y) / unit]]];
    if (!walk.running) walk.toggle();
  });
  begin();
  return { state, learn, look, stride, scatter };
};
