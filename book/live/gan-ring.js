// A GAN that learns a ring of eight Gaussians in the page: how many modes it covers, how it collapses
// when the generator learns much faster than the discriminator, and how matched rates cure that.

import { button, canvas, choice, element, font, ink, player, random, slider, status, words } from "./kit.js";
import { coverage, create, noise, outputs, ring, step } from "./gan.js";

const W = words({
  ko: {
    label: "여덟 개의 가우시안으로 된 고리. 회색은 진짜, 주황은 생성자가 만든 가짜, 배경은 판별자의 판단입니다.",
    curve: "스텝에 따라 가짜가 덮은 모드의 수와, 모드 안에 든 가짜의 비율.",
    play: "학습 시작", pause: "멈춤", restart: "처음부터", seed: "시드",
    rates: "학습률", matched: "같게", collapse: "생성자를 25배로", lower: "학습률 낮추기", lowered: "학습률을 4분의 1로 낮췄습니다.",
    modes: "덮은 모드", share: "모드 안의 비율", steps: "스텝",
    rest: "학습을 시작해 보세요. 생성자의 가짜는 아직 가운데에 뭉쳐 있습니다.",
    now: (t, modes, share) => `${t}스텝: 모드 8개 가운데 ${modes}개, 가짜의 ${share}%가 모드 안에 있습니다.`,
    changed: "학습률을 바꿨습니다. 이어서 학습하면 무엇이 달라지는지 볼 수 있습니다.",
  },
  en: {
    label: "A ring of eight Gaussians. Gray is real, orange is what the generator makes, the ground is the discriminator's opinion.",
    curve: "Modes that the fakes cover, and the share of the fakes inside a mode, over the steps.",
    play: "Train", pause: "Pause", restart: "Start again", seed: "Seed",
    rates: "Learning rates", matched: "equal", collapse: "generator 25 times the other", lower: "Lower the rates", lowered: "The rates are a quarter of what they were.",
    modes: "modes covered", share: "share inside a mode", steps: "steps",
    rest: "Start the training. The generator's fakes are still one lump in the middle.",
    now: (t, modes, share) => `Step ${t}: ${modes} of 8 modes, ${share}% of the fakes inside one.`,
    changed: "The learning rates have changed. Train on and see what becomes of it.",
  },
});
const RATES = { matched: [2e-3, 2e-3], collapse: [5e-3, 2e-4] };
const SPAN = 3; // the plane reaches from -SPAN to SPAN
const GRID = 26; // squares a side in which the discriminator is asked
const MOST = 3000; // steps

export default (parent) => {
  const state = { seed: 0, rates: "matched", divided: 1, seen: [] };
  const shown = { real: ring(500, random(1)), z: noise(1000, random(9)) };

  const begin = () => {
    play.stop();
    state.generator = random(state.seed);
    state.game = create(state.generator);
    Object.assign(state, { divided: 1, seen: [] });
    look();
    say(W.rest);
  };
  const lr = () => RATES[state.rates].map((rate) => rate / state.divided);
  const look = () => {
    const { G, D, steps } = state.game;
    state.fakes = outputs(G, shown.z, 1000);
    const { modes, share } = coverage(state.fakes);
    state.seen.push({ steps, modes, share });
    const at = Float64Array.from({ length: 2 * GRID * GRID }, (_, i) => {
      const square = i >> 1;
      const cell = i % 2 ? Math.floor(square / GRID) : square % GRID;
      return SPAN * ((2 * cell + 1) / GRID - 1);
    });
    state.logits = outputs(D, at, GRID * GRID);
    if (steps) say(W.now(steps, modes, Math.round(100 * share)));
    plane.redraw();
    curve.redraw();
  };
  // As many steps as fit into a frame, so that the page stays quick on a slow machine.
  const frame = () => {
    const end = performance.now() + 30;
    do step(state.game, state.generator, { lr: lr() });
    while (performance.now() < end && state.game.steps % 10);
    if (state.game.steps % 10 === 0) look();
    return state.game.steps < MOST;
  };

  const drawPlane = (c, width, height) => {
    const { muted, ground } = ink();
    const side = Math.min(width, height);
    const [left, top] = [(width - side) / 2, (height - side) / 2];
    const x = (value) => left + (side * (value + SPAN)) / (2 * SPAN);
    const y = (value) => top + (side * (SPAN - value)) / (2 * SPAN);
    c.fillStyle = ground;
    c.fillRect(0, 0, width, height);
    const cell = side / GRID;
    state.logits.forEach((logit, i) => {
      const certain = Math.tanh(logit / 4);
      c.fillStyle = certain > 0 ? `rgb(0 114 178 / ${0.35 * certain})` : `rgb(213 94 0 / ${-0.3 * certain})`;
      c.fillRect(left + (i % GRID) * cell, top + side - (Math.floor(i / GRID) + 1) * cell, cell + 0.5, cell + 0.5);
    });
    const dots = (points, color, size) => {
      c.fillStyle = color;
      for (let i = 0; i < points.length; i += 2) {
        if (Math.abs(points[i]) < SPAN && Math.abs(points[i + 1]) < SPAN) c.fillRect(x(points[i]) - size / 2, y(points[i + 1]) - size / 2, size, size);
      }
    };
    dots(shown.real, muted, 2.5);
    dots(state.fakes, "#E8720C", 3);
  };
  const drawCurve = (c, width, height) => {
    const { muted, line } = ink();
    const [left, right, top, bottom] = [30, width - 8, 26, height - 26];
    c.clearRect(0, 0, width, height);
    c.font = font(13);
    c.strokeStyle = line;
    c.strokeRect(left, top, right - left, bottom - top);
    c.fillStyle = muted;
    c.fillText("8", 12, top + 10);
    c.fillText("0", 12, bottom);
    const span = Math.max(900, state.game.steps);
    c.fillText(`${W.steps}: ${span}`, right - 90, height - 8);
    for (const [name, most, color, at] of [["modes", 8, "#0072B2", left], ["share", 1, "#E8720C", left + 0.42 * (right - left)]]) {
      c.fillStyle = c.strokeStyle = color;
      c.fillText(W[name], at, 16);
      c.lineWidth = 2;
      c.beginPath();
      for (const one of state.seen) c.lineTo(left + ((right - left) * one.steps) / span, bottom - ((bottom - top) * one[name]) / most);
      c.stroke();
    }
    c.lineWidth = 1;
  };

  const row = element("div", { className: "live-row" });
  parent.append(row);
  const plane = canvas(row, { height: 0.85, label: W.label, draw: drawPlane });
  const curve = canvas(row, { height: 0.85, label: W.curve, draw: drawCurve });
  const bar = element("div", { className: "live-bar" });
  parent.append(bar);
  const say = status(parent);
  const play = player(parent, 16, frame, (on) => { run.textContent = on ? W.pause : W.play; });
  const run = button(bar, W.play, play.toggle);
  button(bar, W.restart, begin);
  choice(bar, W.rates, { matched: W.matched, collapse: W.collapse }, (name) => {
    Object.assign(state, { rates: name, divided: 1 });
    say(W.changed);
  });
  button(bar, W.lower, () => {
    state.divided *= 4;
    say(W.lowered);
  });
  slider(bar, W.seed, { min: 0, max: 9, value: 0 }, (seed) => {
    state.seed = seed;
    begin();
  });
  begin();
  return { state, step: () => step(state.game, state.generator, { lr: lr() }), look };
};
