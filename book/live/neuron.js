// One neuron, every number of it: forward, loss, gradient and one step, for a point that can be moved.

import { PALETTE, button, canvas, drag, element, font, ink, slider, status, words } from "./kit.js";
import { sigmoid, softplus } from "./network.js";

const W = words({
  ko: {
    label: "평면과 뉴런의 경계. 점과 그 클래스를 바꿀 수 있습니다.",
    forward: "순전파", backward: "역전파", after: "한 스텝 뒤", step: "한 스텝 가기", ten: "열 스텝 가기", reset: "처음 값으로", flip: "정답 바꾸기",
    lr: "학습률", loss: "손실",
    rest: "점을 끌거나 화살표 키로 옮기면 모든 수가 다시 계산됩니다.",
    moved: (before, after) => `손실이 ${before}에서 ${after}로 바뀌었습니다.`,
  },
  en: {
    label: "The plane and the neuron's border. The point and its class can be changed.",
    forward: "Forward", backward: "Backward", after: "After one step", step: "Take one step", ten: "Take ten steps", reset: "First values", flip: "Flip the class",
    lr: "Learning rate", loss: "loss",
    rest: "Drag the point or move it with the arrow keys: every number is worked out again.",
    moved: (before, after) => `The loss went from ${before} to ${after}.`,
  },
});
const SPAN = 2; // the plane reaches from -SPAN to SPAN

// Everything that (P.1) to (P.4) say of a neuron {w, b}, a point and its class.
export const neuron = ({ w, b }, x, y, lr) => {
  const z = w[0] * x[0] + w[1] * x[1] + b;
  const p = sigmoid(z);
  const delta = p - y;
  const gradient = { w: [delta * x[0], delta * x[1]], b: delta };
  const next = { w: [w[0] - lr * gradient.w[0], w[1] - lr * gradient.w[1]], b: b - lr * gradient.b };
  return { z, p, loss: softplus(y ? -z : z), delta, gradient, next };
};

export default (parent) => {
  const first = { parameters: { w: [0.6, -0.4], b: 0.1 }, x: [1, 0.5], y: 1, lr: 1 };
  const state = structuredClone(first);
  const now = () => neuron(state.parameters, state.x, state.y, state.lr);
  const number = (value) => value.toFixed(4).replace("-", "−");

  const drawPlane = (c, width, height) => {
    const { text, muted, line, ground } = ink();
    const { w, b } = state.parameters;
    const unit = height / (2 * SPAN);
    const [px, py] = [(x) => width / 2 + x * unit, (y) => height / 2 - y * unit];
    c.fillStyle = ground;
    c.fillRect(0, 0, width, height);
    for (let i = 0; i < width; i += 12) {
      for (let j = 0; j < height; j += 12) {
        const p = sigmoid((w[0] * (i + 6 - width / 2) - w[1] * (j + 6 - height / 2)) / unit + b);
        c.globalAlpha = 0.5 * Math.abs(2 * p - 1);
        c.fillStyle = PALETTE[p > 0.5 ? 1 : 0];
        c.fillRect(i, j, 12, 12);
      }
    }
    c.globalAlpha = 1;
    c.strokeStyle = line;
    c.beginPath();
    c.moveTo(0, py(0));
    c.lineTo(width, py(0));
    c.moveTo(px(0), 0);
    c.lineTo(px(0), height);
    c.stroke();
    const length = Math.hypot(...w) || 1;
    const foot = [(-b * w[0]) / length ** 2, (-b * w[1]) / length ** 2];
    const along = [(-8 * w[1]) / length, (8 * w[0]) / length];
    c.strokeStyle = text;
    c.setLineDash([6, 4]);
    c.beginPath();
    c.moveTo(px(foot[0] - along[0]), py(foot[1] - along[1]));
    c.lineTo(px(foot[0] + along[0]), py(foot[1] + along[1]));
    c.stroke();
    c.setLineDash([]);
    c.lineWidth = 2.5;
    c.fillStyle = PALETTE[state.y];
    c.beginPath();
    c.arc(px(state.x[0]), py(state.x[1]), 10, 0, 2 * Math.PI);
    c.fill();
    c.stroke();
    c.lineWidth = 1;
    c.fillStyle = muted;
    c.font = font(13);
    c.fillText("x₁", width - 20, py(0) - 6);
    c.fillText("x₂", px(0) + 6, 14);
  };

  const row = element("div", { className: "live-row" });
  parent.append(row);
  const plane = canvas(row, { height: 0.8, label: W.label, draw: drawPlane });
  const table = element("dl", { className: "live-numbers" });
  row.append(table);
  const bar = element("div", { className: "live-bar" });
  parent.append(bar);
  const say = status(parent);

  const show = () => {
    const { parameters: { w, b }, x, y, lr } = state;
    const { z, p, loss, delta, gradient, next } = now();
    const sign = (value) => `${value < 0 ? "−" : "+"} ${number(Math.abs(value))}`;
    const lines = {
      [W.forward]: [
        `x = (${number(x[0])}, ${number(x[1])}), y = ${y}`,
        `z = ${number(w[0])} · ${number(x[0])} ${sign(w[1])} · ${number(x[1])} ${sign(b)} = ${number(z)}`,
        `p = σ(z) = ${number(p)}`,
        `${W.loss} = −log ${y ? "p" : "(1 − p)"} = ${number(loss)}`,
      ],
      [W.backward]: [
        `p − y = ${number(delta)}`,
        `∂L/∂w₁ = (p − y) x₁ = ${number(gradient.w[0])}`,
        `∂L/∂w₂ = (p − y) x₂ = ${number(gradient.w[1])}`,
        `∂L/∂b = p − y = ${number(gradient.b)}`,
      ],
      [W.after]: [
        `w₁ = ${number(w[0])} − ${lr} · ${number(gradient.w[0])} = ${number(next.w[0])}`,
        `w₂ = ${number(w[1])} − ${lr} · ${number(gradient.w[1])} = ${number(next.w[1])}`,
        `b = ${number(b)} − ${lr} · ${number(gradient.b)} = ${number(next.b)}`,
        `${W.loss} = ${number(neuron(next, x, y, lr).loss)}`,
      ],
    };
    table.replaceChildren(...Object.entries(lines).flatMap(([title, texts]) => [
      element("dt", { textContent: title }), ...texts.map((textContent) => element("dd", { textContent })),
    ]));
    plane.redraw();
  };
  const step = (times) => {
    const before = now().loss;
    for (let i = 0; i < times; i += 1) state.parameters = now().next;
    say(W.moved(number(before), number(now().loss)));
    show();
  };
  const move = (x, y) => {
    state.x = [x, y].map((value) => Math.round(100 * Math.min(SPAN, Math.max(-SPAN, value))) / 100);
    show();
  };

  button(bar, W.step, () => step(1));
  button(bar, W.ten, () => step(10));
  button(bar, W.flip, () => { state.y = 1 - state.y; show(); });
  button(bar, W.reset, () => { Object.assign(state, structuredClone(first), { lr: state.lr }); show(); });
  slider(bar, W.lr, { min: 0.1, max: 5, step: 0.1, value: 1 }, (lr) => { state.lr = lr; show(); });
  const unit = () => plane.canvas.clientHeight / (2 * SPAN);
  const place = (x, y) => [(x - plane.canvas.clientWidth / 2) / unit(), (plane.canvas.clientHeight / 2 - y) / unit()];
  drag(plane, {
    find: (x, y) => {
      const [at, there] = [place(x, y), state.x];
      return Math.hypot(at[0] - there[0], at[1] - there[1]) * unit() < 26 ? "point" : null;
    },
    move: (_, x, y) => move(...place(x, y)),
  });
  plane.canvas.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.1], ArrowDown: [0, -0.1] }[event.key];
    if (!by) return;
    event.preventDefault();
    move(state.x[0] + by[0], state.x[1] + by[1]);
  });
  say(W.rest);
  show();
  return { state, now };
};
