// A GAN on the ring of eight Gaussians of chapter 5: the same losses and measures, smaller networks.

import { adam, backward, clear, forward, network, sigmoid, softplus } from "./network.js";

export const STD = 0.15;
export const MODES = Array.from({ length: 8 }, (_, j) => [2 * Math.cos((j * Math.PI) / 4), 2 * Math.sin((j * Math.PI) / 4)]);

export const ring = (n, { below, normal }) => {
  const x = new Float64Array(2 * n);
  for (let i = 0; i < n; i += 1) {
    const [cx, cy] = MODES[below(8)];
    x[2 * i] = cx + STD * normal();
    x[2 * i + 1] = cy + STD * normal();
  }
  return x;
};

export const noise = (n, { normal }) => Float64Array.from({ length: 2 * n }, normal);

export const create = (generator) => ({
  G: network([2, 64, 64, 2], generator), D: network([2, 64, 64, 1], generator), steps: 0,
});

export const outputs = (layers, x, rows) => forward(layers, x, rows).at(-1);

// One step of D, then one of G with the non-saturating loss. Returns the two losses before it.
export const step = (game, generator, { batch = 128, lr = [2e-3, 2e-3] } = {}) => {
  const { G, D } = game;
  game.steps += 1;
  const settings = (rate) => ({ lr: rate, beta1: 0.5 });

  clear(D);
  let lossD = 0;
  const real = ring(batch, generator);
  const fake = outputs(G, noise(batch, generator), batch);
  for (const [x, sign] of [[real, -1], [fake, 1]]) {
    const seen = forward(D, x, batch);
    const slope = seen.at(-1).map((logit) => {
      lossD += softplus(sign * logit) / batch;
      return (sign * sigmoid(sign * logit)) / batch;
    });
    backward(D, seen, slope, batch);
  }
  adam(D, game.steps, settings(lr[1]));

  clear(G);
  let lossG = 0;
  const made = forward(G, noise(batch, generator), batch);
  const judged = forward(D, made.at(-1), batch);
  const slope = judged.at(-1).map((logit) => {
    lossG += softplus(-logit) / batch;
    return -sigmoid(-logit) / batch;
  });
  clear(D); // D only passes the gradient on
  backward(G, made, backward(D, judged, slope, batch), batch);
  adam(G, game.steps, settings(lr[0]));
  return [lossD, lossG];
};

// Modes with at least 1 % of the points, and the share of the points within 3 sigma of a mode.
export const coverage = (points) => {
  const rows = points.length / 2;
  const counts = new Array(8).fill(0);
  for (let i = 0; i < rows; i += 1) {
    const away = MODES.map(([x, y]) => Math.hypot(points[2 * i] - x, points[2 * i + 1] - y));
    const nearest = Math.min(...away);
    if (nearest < 3 * STD) counts[away.indexOf(nearest)] += 1;
  }
  const near = counts.reduce((a, b) => a + b, 0);
  return { modes: counts.filter((count) => count >= 0.01 * rows).length, share: near / rows };
};
