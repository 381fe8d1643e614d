// Assign and update as two visible moves, with J falling beside them; a hundred starts as a histogram.

import { PALETTE, button, canvas, choice, drag, element, font, ink, player, random, slider, status, words } from "./kit.js";
import { assign, chances, lloyd, objective, plusplusStart, randomStart, squared, update } from "./kmeans.js";

const W = words({
  ko: {
    label: "평면 위의 점과 군집의 중심. 점과 중심을 끌어 옮길 수 있습니다.",
    curve: "단계마다의 J. 내려가기만 합니다.",
    assign: "할당", update: "갱신", play: "끝까지", pause: "멈춤", restart: "무작위 초기화", plusplus: "k-means++ 초기화",
    hundred: "100번 해 보기", k: "중심 수 K", data: "데이터",
    three: "세 무리", five: "다섯 무리", long: "길쭉한 무리", moons: "두 초승달", uneven: "크기가 다른 무리", none: "무리 없음",
    begin: "중심을 놓았습니다. '할당'을 누르면 점마다 가장 가까운 중심을 고릅니다.",
    assigned: (n, J) => `점 ${n}개가 중심을 바꿨습니다. J = ${J}`,
    updated: (J) => `중심이 평균으로 옮겨 갔습니다. J = ${J}`,
    done: (J) => `더는 아무것도 바뀌지 않습니다. J = ${J}`,
    histogram: (same, best, worst) => `100번 가운데 ${same}번이 가장 작은 J(${best})에서 멈췄습니다. 가장 큰 J는 ${worst}입니다.`,
    starts: "100번의 마지막 J", keys: "화살표 키로 중심을 옮기고, 스페이스로 다음 중심을 고릅니다.",
  },
  en: {
    label: "Points on a plane and the centers of clusters. Both can be dragged.",
    curve: "J after each move. It only falls.",
    assign: "Assign", update: "Update", play: "To the end", pause: "Pause", restart: "Random start", plusplus: "k-means++ start",
    hundred: "Try 100 starts", k: "Centers K", data: "Data",
    three: "three groups", five: "five groups", long: "long groups", moons: "two moons", uneven: "unequal groups", none: "no groups",
    begin: "The centers are placed. Press Assign: every point picks the nearest one.",
    assigned: (n, J) => `${n} points changed their center. J = ${J}`,
    updated: (J) => `The centers moved to the means. J = ${J}`,
    done: (J) => `Nothing changes any more. J = ${J}`,
    histogram: (same, best, worst) => `${same} of 100 starts end at the smallest J (${best}). The largest is ${worst}.`,
    starts: "J at the end of 100 starts", keys: "Arrow keys move a center, the space bar picks the next one.",
  },
});

// Points in the unit square; the first number is how many centers suit them.
const blob = (g, n, [x, y], [sx, sy]) => Array.from({ length: n }, () => [x + sx * g.normal(), y + sy * g.normal()]);
export const DATA = {
  three: (g) => [3, [[.22, .3], [.5, .75], [.78, .32]].flatMap((at) => blob(g, 50, at, [.07, .07]))],
  five: (g) => [5, [[.15, .2], [.2, .75], [.5, .48], [.8, .2], [.82, .78]].flatMap((at) => blob(g, 35, at, [.055, .055]))],
  long: (g) => [2, [[.5, .36], [.5, .64]].flatMap((at) => blob(g, 80, at, [.2, .03]))],
  moons: (g) => [2, [0, 1].flatMap((side) => Array.from({ length: 80 }, () => {
    const angle = Math.PI * g.uniform();
    const [x, y] = side ? [1 - Math.cos(angle), .5 - Math.sin(angle)] : [Math.cos(angle), Math.sin(angle)];
    return [.38 + .24 * x + .02 * g.normal(), .44 + .3 * y + .02 * g.normal()];
  }))],
  uneven: (g) => [2, [...blob(g, 150, [.38, .5], [.13, .13]), ...blob(g, 20, [.85, .5], [.025, .025])]],
  none: (g) => [4, Array.from({ length: 160 }, () => [.08 + .84 * g.uniform(), .08 + .84 * g.uniform()])],
};

export default (parent) => {
  const state = { data: "five", points: [], centers: [], labels: null, J: [], next: "assign", seed: 1, held: 0, odds: null, starts: null };

  // --- What happens ---
  const number = (value) => value.toFixed(3);
  const begin = (centers, odds = null) => {
    Object.assign(state, { centers, labels: null, J: [], next: "assign", starts: null, odds });
    say(W.begin);
    show();
  };
  const restart = (start) => {
    play.stop();
    state.seed += 1;
    begin(start(state.points, Number(count.value), random(state.seed)));
  };
  const load = (name) => {
    const [k, points] = DATA[name](random(7));
    Object.assign(state, { data: name, points });
    count.value = k;
    count.dispatchEvent(new Event("input"));
  };
  // One of the two moves; returns false when nothing changes any more.
  const step = (name) => {
    const { points, centers } = state;
    let changed;
    if (name === "assign") {
      const labels = assign(points, centers);
      changed = state.labels ? labels.filter((label, n) => label !== state.labels[n]).length : points.length;
      state.labels = labels;
    } else {
      state.labels ??= assign(points, centers);
      const moved = update(points, state.labels, centers);
      changed = moved.some((center, k) => squared(center, centers[k]) > 1e-18);
      state.centers = moved;
    }
    const J = objective(points, state.labels, state.centers);
    state.J.push({ move: name, J });
    state.next = name === "assign" ? "update" : "assign";
    state.odds = null;
    say(!changed ? W.done(number(J)) : name === "assign" ? W.assigned(changed, number(J)) : W.updated(number(J)));
    show();
    return Boolean(changed);
  };
  const hundred = () => {
    play.stop();
    const ends = Array.from({ length: 100 }, (_, i) => lloyd(state.points, randomStart(state.points, Number(count.value), random(1000 + i))).J);
    const best = Math.min(...ends);
    state.starts = ends;
    say(W.histogram(ends.filter((J) => J < best * 1.001).length, number(best), number(Math.max(...ends))));
    show();
  };

  // --- What is seen ---
  const colors = () => PALETTE.slice(0, state.centers.length);
  const drawPlane = (c, width, height) => {
    const { text, ground } = ink();
    c.clearRect(0, 0, width, height);
    state.points.forEach(([x, y], n) => {
      c.fillStyle = state.labels ? colors()[state.labels[n]] : "#8a8f96";
      c.beginPath();
      c.arc(x * width, y * height, state.odds ? 2 + 90 * Math.sqrt(state.odds[n] / 6) : 4, 0, 2 * Math.PI);
      c.fill();
    });
    if (state.labels) {
      c.globalAlpha = .18;
      state.points.forEach(([x, y], n) => {
        const [cx, cy] = state.centers[state.labels[n]];
        c.strokeStyle = colors()[state.labels[n]];
        c.beginPath();
        c.moveTo(x * width, y * height);
        c.lineTo(cx * width, cy * height);
        c.stroke();
      });
      c.globalAlpha = 1;
    }
    state.centers.forEach(([x, y], k) => {
      c.lineWidth = document.activeElement === plane?.canvas && k === state.held ? 5 : 3;
      c.fillStyle = colors()[k];
      for (const style of [ground, text]) {
        c.strokeStyle = style;
        c.beginPath();
        c.rect(x * width - 9, y * height - 9, 18, 18);
        c.stroke();
        c.lineWidth -= 1.5;
      }
      c.fill();
    });
  };
  const drawCurve = (c, width, height) => {
    const { text, muted, line } = ink();
    c.clearRect(0, 0, width, height);
    const inner = { left: 46, right: width - 8, top: 12, bottom: height - 24 };
    c.strokeStyle = line;
    c.strokeRect(inner.left, inner.top, inner.right - inner.left, inner.bottom - inner.top);
    c.fillStyle = muted;
    c.font = font(13);
    const values = state.starts ?? state.J.map(({ J }) => J);
    c.fillText(state.starts ? W.starts : "J", inner.left, height - 6);
    if (!values.length) return;
    const high = Math.max(...values), low = state.starts ? Math.min(...values) : 0;
    if (state.starts) {
      const bins = new Array(20).fill(0);
      for (const J of values) bins[Math.min(19, Math.floor((20 * (J - low)) / (high - low || 1)))] += 1;
      const most = Math.max(...bins), wide = (inner.right - inner.left) / 20;
      c.fillStyle = PALETTE[0];
      bins.forEach((n, i) => c.fillRect(inner.left + i * wide + 1, inner.bottom, wide - 2, -((n / most) * (inner.bottom - inner.top - 8))));
      c.fillStyle = text;
      c.fillText(String(most), 4, inner.top + 14);
      return;
    }
    c.fillStyle = text;
    c.fillText(high.toFixed(2), 4, inner.top + 12);
    const x = (i) => inner.left + 10 + (i * (inner.right - inner.left - 20)) / Math.max(9, values.length - 1);
    const y = (J) => inner.bottom - ((J - low) / (high - low || 1)) * (inner.bottom - inner.top - 8);
    c.strokeStyle = muted;
    c.beginPath();
    values.forEach((J, i) => (i ? c.lineTo(x(i), y(J)) : c.moveTo(x(i), y(J))));
    c.stroke();
    state.J.forEach(({ move, J }, i) => {
      c.fillStyle = PALETTE[move === "assign" ? 0 : 1];
      c.beginPath();
      c.arc(x(i), y(J), 4, 0, 2 * Math.PI);
      c.fill();
    });
  };

  // --- The parts ---
  const row = element("div", { className: "live-row" });
  parent.append(row);
  const plane = canvas(row, { height: .72, label: W.label, draw: drawPlane });
  const curve = canvas(row, { height: .72, label: W.curve, draw: drawCurve });
  const bar = element("div", { className: "live-bar" });
  parent.append(bar);
  const say = status(parent);
  const show = () => {
    plane.redraw();
    curve.redraw();
    next.textContent = W[state.next];
  };
  const next = button(bar, W.assign, () => { play.stop(); step(state.next); });
  const play = player(parent, 450, () => step(state.next), (on) => { run.textContent = on ? W.pause : W.play; });
  const run = button(bar, W.play, play.toggle);
  button(bar, W.restart, () => restart(randomStart));
  button(bar, W.plusplus, () => {
    restart(plusplusStart);
    state.odds = chances(state.points, state.centers.slice(0, 1));
    show();
  });
  button(bar, W.hundred, hundred);
  const count = slider(bar, W.k, { min: 1, max: 8, value: 5 }, () => restart(randomStart));
  const menu = choice(bar, W.data, Object.fromEntries(Object.keys(DATA).map((name) => [name, W[name]])), load);
  menu.value = state.data;

  const near = (list, x, y, reach) => {
    const far = list.map(([px, py]) => Math.hypot(px * plane.canvas.clientWidth - x, py * plane.canvas.clientHeight - y));
    const best = far.indexOf(Math.min(...far));
    return far[best] < reach ? list[best] : null;
  };
  const place = (held, x, y) => {
    held[0] = Math.min(1, Math.max(0, x));
    held[1] = Math.min(1, Math.max(0, y));
    Object.assign(state, { J: [], starts: null, odds: null, labels: state.labels && assign(state.points, state.centers), next: "assign" });
    if (state.labels) say(`J = ${number(objective(state.points, state.labels, state.centers))}`);
    show();
  };
  drag(plane, {
    find: (x, y) => near(state.centers, x, y, 24) ?? near(state.points, x, y, 12),
    move: (held, x, y) => { play.stop(); place(held, x / plane.canvas.clientWidth, y / plane.canvas.clientHeight); },
  });
  plane.canvas.title = W.keys;
  plane.canvas.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    if (event.key === " ") state.held = (state.held + 1) % state.centers.length;
    else if (moves[event.key]) {
      const center = state.centers[state.held];
      place(center, center[0] + .02 * moves[event.key][0], center[1] + .02 * moves[event.key][1]);
    } else return;
    event.preventDefault();
    show();
  });
  load(state.data);
  return { state, step }; // for tests
};
