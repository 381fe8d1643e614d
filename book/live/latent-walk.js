// Walk between the images of three random vectors: what stands between two digits of a generator?

import { PALETTE, button, canvas, drag, element, ink, player, random, status, words } from "./kit.js";
import { clipped, digits, mse, paint, shelf } from "./digits.js";
import { load } from "./model.js";

const W = words({
  ko: {
    label: "세 잠재 벡터가 만드는 삼각형. 점을 끌거나 화살표 키로 옮깁니다.", hint: "주황색 점을 끌어 보세요.", images: "점의 위치에서 생성한 그림과, 가장 가까운 진짜 숫자",
    corners: "새 세 벡터", walk: "저절로 걷기", pause: "멈춤", made: "생성", nearest: "가장 가까운 진짜", arc: "호를 따라", line: "직선으로",
    said: (a, b, c, far) => `세 벡터의 비중 ${a}, ${b}, ${c}. 진짜 300장 가운데 가장 가까운 것과의 평균 제곱 오차는 ${far}입니다.`,
  },
  en: {
    label: "A triangle of three latent vectors. Drag the point, or move it with the arrow keys.", hint: "Drag the orange point.", images: "What the generator draws at the point, and the nearest real digit",
    corners: "Three new vectors", walk: "Walk by itself", pause: "Pause", made: "generated", nearest: "nearest real", arc: "Along the arc", line: "Straight",
    said: (a, b, c, far) => `Shares of the three vectors: ${a}, ${b}, ${c}. Mean squared error to the nearest of 300 real digits: ${far}.`,
  },
});
const CORNERS = [[.5, .12], [.1, .88], [.9, .88]];
const N = 64;

// Shares of the corners at a point of the plane; outside of the triangle, at its nearest side.
export const shares = ([x, y]) => {
  const [[ax, ay], [bx, by], [cx, cy]] = CORNERS;
  const area = (by - cy) * (ax - cx) + (cx - bx) * (ay - cy);
  const a = ((by - cy) * (x - cx) + (cx - bx) * (y - cy)) / area;
  const b = ((cy - ay) * (x - cx) + (ax - cx) * (y - cy)) / area;
  const kept = [a, b, 1 - a - b].map((value) => Math.max(0, value));
  const sum = kept.reduce((total, value) => total + value, 0);
  return kept.map((value) => value / sum);
};

// The vector with these shares of the corners; `arc` gives it the length that a random vector has.
export const between = (corners, parts, arc) => {
  const mixed = corners[0].map((_, i) => parts.reduce((sum, part, k) => sum + part * corners[k][i], 0));
  if (!arc) return mixed;
  const length = Math.hypot(...mixed);
  const wanted = parts.reduce((sum, part, k) => sum + part * Math.hypot(...corners[k]), 0);
  return mixed.map((value) => (value * wanted) / length);
};

export default async (parent) => {
  const [model, { images }] = await Promise.all([load("dcgan"), digits()]);
  // The generator ends in tanh: from [-1, 1] to [0, 1].
  const draw = (z) => model.run("layers", z, 1).map((value) => (value + 1) / 2);
  const state = { seed: 6, corners: [], faces: [], at: [.5, .62], arc: true, image: null, turn: 0, moved: false };

  const look = () => {
    const parts = shares(state.at);
    state.image = clipped(draw(between(state.corners, parts, state.arc)));
    const far = images.map((image) => mse(image, state.image));
    const nearest = far.indexOf(Math.min(...far));
    rows.show([{ text: W.made, image: state.image }, { text: W.nearest, image: images[nearest] }]);
    const said = W.said(...parts.map((part) => part.toFixed(2)), far[nearest].toFixed(3));
    say(state.moved ? said : `${said} ${W.hint}`);
    plane.redraw();
  };
  const renew = () => {
    const { normal } = random(state.seed++);
    state.corners = CORNERS.map(() => Array.from({ length: N }, normal));
    state.faces = state.corners.map((z) => clipped(draw(z)));
    look();
  };
  const move = (x, y) => {
    const parts = shares([x, y]);
    state.moved = true;
    state.at = [0, 1].map((axis) => parts.reduce((sum, part, k) => sum + part * CORNERS[k][axis], 0));
    look();
  };

  const row = element("div", { className: "live-row" });
  parent.append(row);
  const plane = canvas(row, { height: .75, label: W.label, draw: (c, width, height) => {
    const { text, line } = ink();
    const place = ([x, y]) => [x * width, y * height];
    c.clearRect(0, 0, width, height);
    c.strokeStyle = line;
    c.lineWidth = 2;
    c.beginPath();
    CORNERS.forEach((corner, k) => c[k ? "lineTo" : "moveTo"](...place(corner)));
    c.closePath();
    c.stroke();
    const size = Math.min(56, width / 6);
    state.faces.forEach((face, k) => {
      const [x, y] = place(CORNERS[k]);
      paint(c, face, x - size / 2, Math.min(height - size, Math.max(0, y - size / 2)), size);
    });
    c.fillStyle = PALETTE[1];
    c.strokeStyle = text;
    c.beginPath();
    c.arc(...place(state.at), 9, 0, 2 * Math.PI);
    c.fill();
    c.stroke();
  } });
  const rows = shelf(row, { label: W.images, columns: 2 });
  const bar = element("div", { className: "live-bar" });
  parent.append(bar);
  const say = status(parent);
  button(bar, W.corners, renew);
  // Once around the middle of the triangle in twelve seconds.
  const walk = player(parent, 80, () => {
    state.turn += (2 * Math.PI) / 150;
    move(.5 + .5 * Math.sin(state.turn), .62 - .5 * Math.cos(state.turn));
  }, (on) => { run.textContent = on ? W.pause : W.walk; });
  const run = button(bar, W.walk, walk.toggle);
  const path = button(bar, W.line, () => {
    state.arc = !state.arc;
    path.textContent = state.arc ? W.line : W.arc;
    look();
  });
  const inside = (x, y) => [x / plane.canvas.clientWidth, y / plane.canvas.clientHeight];
  drag(plane, {
    find: (x, y) => (Math.hypot(...inside(x, y).map((value, axis) => value - state.at[axis])) < .15 ? "point" : null),
    move: (_, x, y) => { walk.stop(); move(...inside(x, y)); },
  });
  plane.canvas.addEventListener("keydown", (event) => {
    const step = { ArrowLeft: [-.03, 0], ArrowRight: [.03, 0], ArrowUp: [0, -.03], ArrowDown: [0, .03] }[event.key];
    if (!step) return;
    event.preventDefault();
    walk.stop();
    move(state.at[0] + step[0], state.at[1] + step[1]);
  });
  renew();
  return { state, draw }; // for tests
};
