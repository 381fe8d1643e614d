// The arithmetic of convolution: which inputs an output sees, how large it gets, and how often each
// place of a transposed convolution is added to, which is where checkerboards come from.

import { PALETTE, canvas, choice, element, font, ink, slider, status, words } from "./kit.js";

const W = words({
  ko: {
    input: "입력. 색칠한 칸이 고른 출력에 들어갑니다.", output: "출력. 칸을 고르면 그 칸이 보는 입력이 나옵니다.",
    hint: "출력의 칸을 골라 보세요.", kind: "층", conv: "합성곱", transposed: "전치 합성곱", n: "입력 크기 H", k: "커널 k", s: "스트라이드 s", p: "패딩 p",
    size: (text) => `출력 크기: ${text}`, none: "이 설정에서는 커널이 들어갈 위치가 없습니다.",
    cell: (i, j, seen) => `출력 (${i}, ${j})에는 입력 ${seen}개가 들어갑니다.`,
    even: "가장자리를 빼면 모든 위치에 같은 수의 값이 더해집니다.", uneven: (counts) => `더해지는 값의 수가 위치마다 다릅니다(${counts}). 체커보드 아티팩트가 여기서 생깁니다.`,
    inputTitle: "입력", outputTitle: "출력",
  },
  en: {
    input: "The input. Colored cells enter the chosen output.", output: "The output. Choose a cell to see what it looks at.",
    hint: "Choose a cell of the output.", kind: "Layer", conv: "convolution", transposed: "transposed convolution", n: "Input size H", k: "Kernel k", s: "Stride s", p: "Padding p",
    size: (text) => `Output size: ${text}`, none: "With these settings the kernel fits nowhere.",
    cell: (i, j, seen) => `${seen} inputs enter the output at (${i}, ${j}).`,
    even: "Away from the border, every place is added to equally often.", uneven: (counts) => `Some places are added to more often than others (${counts} times). Checkerboards begin here.`,
    inputTitle: "input", outputTitle: "output",
  },
});

// (4.2) and (4.5): the side of the output; 0 or less where there is none.
export const side = ({ kind, n, k, s, p }) =>
  (kind === "conv" ? Math.floor((n + 2 * p - k) / s) + 1 : s * (n - 1) + k - 2 * p);

// The inputs along one axis that reach the place m of the output, with the kernel's entry for each.
export const reaching = ({ kind, n, k, s, p }, m) => {
  const found = [];
  for (let u = 0; u < k; u += 1) {
    const i = kind === "conv" ? s * m + u - p : (m + p - u) / s;
    if (Number.isInteger(i) && i >= 0 && i < n) found.push({ i, u });
  }
  return found;
};

export default (parent) => {
  const state = { kind: "conv", n: 7, k: 3, s: 2, p: 1, at: [1, 1], chosen: false };
  const m = () => Math.max(0, side(state));
  const counts = () => Array.from({ length: m() }, (_, i) => reaching(state, i).length);

  // Cells of equal size in both pictures; pad is what stands around the input.
  const layout = (width, cells) => ({ cell: width / cells, left: 0, top: 22 });
  const drawCells = (c, cells, width, fill, title) => {
    const { text, line } = ink();
    const { cell, top } = layout(width, cells);
    c.font = font(13);
    c.fillStyle = text;
    c.fillText(title, 2, 14);
    for (let i = 0; i < cells; i += 1) {
      for (let j = 0; j < cells; j += 1) {
        const color = fill(i, j);
        c.globalAlpha = color?.[1] ?? 1;
        if (color) {
          c.fillStyle = color[0];
          c.fillRect(j * cell, top + i * cell, cell, cell);
        }
        c.globalAlpha = 1;
        c.strokeStyle = line;
        c.strokeRect(j * cell + 0.5, top + i * cell + 0.5, cell - 1, cell - 1);
      }
    }
  };
  const around = () => (state.kind === "conv" ? state.p : 0); // zeros that are drawn around the input
  const drawInput = (c, width, height) => {
    c.clearRect(0, 0, width, height);
    const pad = around(), cells = state.n + 2 * pad;
    const { muted } = ink();
    const [rows, columns] = state.at.map((place) => new Map(reaching(state, place).map(({ i, u }) => [i, u])));
    const covered = (place, axis) => {
      const start = state.s * state.at[axis] - state.p;
      return place >= start && place < start + state.k;
    };
    drawCells(c, cells, Math.min(width, height - 22), (i, j) => {
      const [y, x] = [i - pad, j - pad];
      if (rows.has(y) && columns.has(x)) return [PALETTE[1], 0.85];
      const outside = y < 0 || x < 0 || y >= state.n || x >= state.n;
      if (outside && covered(y, 0) && covered(x, 1)) return [PALETTE[1], 0.25];
      return outside ? [muted, 0.12] : [PALETTE[0], 0.25];
    }, `${W.inputTitle} ${state.n} × ${state.n}`);
  };
  const drawOutput = (c, width, height) => {
    c.clearRect(0, 0, width, height);
    const cells = m(), most = Math.max(1, ...counts()) ** 2, seen = counts();
    if (!cells) return;
    const { text } = ink();
    const size = Math.min(width, height - 22);
    drawCells(c, cells, size, (i, j) => [PALETTE[2], 0.12 + (0.78 * seen[i] * seen[j]) / most], `${W.outputTitle} ${cells} × ${cells}`);
    const { cell, top } = layout(size, cells);
    c.strokeStyle = text;
    c.lineWidth = 3;
    c.strokeRect(state.at[1] * cell + 1.5, top + state.at[0] * cell + 1.5, cell - 3, cell - 3);
    c.lineWidth = 1;
    if (cell < 20) return;
    c.fillStyle = text;
    c.textAlign = "center";
    c.font = font(Math.min(14, cell / 2));
    for (let i = 0; i < cells; i += 1) {
      for (let j = 0; j < cells; j += 1) c.fillText(seen[i] * seen[j], (j + 0.5) * cell, top + (i + 0.65) * cell);
    }
    c.textAlign = "left";
  };

  const row = element("div", { className: "live-row" });
  parent.append(row);
  const input = canvas(row, { height: 1.07, label: W.input, draw: drawInput });
  const output = canvas(row, { height: 1.07, label: W.output, draw: drawOutput });
  const formula = element("p", { className: "live-formula" });
  const bar = element("div", { className: "live-bar" });
  parent.append(formula, bar);
  const say = status(parent);

  const show = () => {
    const { kind, n, k, s, p } = state;
    const result = side(state);
    formula.textContent = W.size(kind === "conv"
      ? `⌊(${n} + 2 · ${p} − ${k}) / ${s}⌋ + 1 = ${result}`
      : `${s} · (${n} − 1) + ${k} − 2 · ${p} = ${result}`);
    if (result < 1) say(W.none);
    else {
      state.at = state.at.map((place) => Math.min(place, result - 1));
      const inner = [...new Set(counts().slice(k, Math.max(k + 1, result - k)))].filter(Boolean).sort();
      const [i, j] = state.at;
      const seen = W.cell(i, j, counts()[i] * counts()[j]);
      const cell = state.chosen ? seen : `${W.hint} ${seen}`;
      say(kind === "conv" ? cell : `${cell} ${inner.length > 1 ? W.uneven(inner.flatMap((a) => inner.filter((b) => b >= a).map((b) => a * b)).filter((v, q, all) => all.indexOf(v) === q).sort((a, b) => a - b).join(", ")) : W.even}`);
    }
    input.redraw();
    output.redraw();
  };
  const set = (name) => (value) => { state[name] = value; show(); };
  choice(bar, W.kind, { conv: W.conv, transposed: W.transposed }, set("kind"));
  for (const [name, min, max] of [["n", 2, 9], ["k", 1, 5], ["s", 1, 3], ["p", 0, 2]]) {
    slider(bar, W[name], { min, max, value: state[name] }, set(name));
  }
  const choose = (event) => {
    const { cell, top } = layout(Math.min(output.canvas.clientWidth, output.canvas.clientHeight - 22), m());
    const [x, y] = output.at(event);
    const place = [Math.floor((y - top) / cell), Math.floor(x / cell)];
    if (place.every((one) => one >= 0 && one < m())) {
      Object.assign(state, { at: place, chosen: true });
      show();
    }
  };
  output.canvas.addEventListener("pointerdown", choose);
  output.canvas.addEventListener("pointermove", (event) => { if (event.pointerType === "mouse") choose(event); });
  output.canvas.addEventListener("keydown", (event) => {
    const by = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!by) return;
    event.preventDefault();
    state.chosen = true;
    state.at = state.at.map((place, axis) => Math.max(0, Math.min(m() - 1, place + by[axis])));
    show();
  });
  show();
  return { state, counts, side: () => side(state), show };
};
