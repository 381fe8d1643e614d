// Denoising in the plane: the best denoiser of a set of points is known, so what a network learns can
// be held against it (chapter 3: the conditional mean, and Tweedie's formula).

import { adam, backward, clear, forward, network } from "./network.js";

// Points (N, 2), flat: a spiral, two circles or five groups, within 2 of the origin.
export const SHAPES = {
  spiral: (n, { uniform, normal }) => Float64Array.from({ length: 2 * n }, (() => {
    let t = 0;
    return (_, i) => {
      if (i % 2 === 0) t = Math.sqrt(uniform()) * 3 * Math.PI;
      return (t / 5.2) * (i % 2 ? Math.sin(t) : Math.cos(t)) + 0.02 * normal();
    };
  })()),
  circles: (n, { uniform, normal }) => Float64Array.from({ length: 2 * n }, (() => {
    let angle = 0, radius = 1;
    return (_, i) => {
      if (i % 2 === 0) [angle, radius] = [2 * Math.PI * uniform(), uniform() < 0.35 ? 0.7 : 1.6];
      return radius * (i % 2 ? Math.sin(angle) : Math.cos(angle)) + 0.02 * normal();
    };
  })()),
  groups: (n, { below, normal }) => Float64Array.from({ length: 2 * n }, (() => {
    let k = 0;
    return (_, i) => {
      if (i % 2 === 0) k = below(5);
      const angle = (2 * Math.PI * k) / 5;
      return 1.4 * (i % 2 ? Math.sin(angle) : Math.cos(angle)) + 0.08 * normal();
    };
  })()),
};

// The best denoiser of y for data that are exactly these points: E[x | y] under noise of size sigma.
export const best = (points, y, sigma) => {
  const far = [];
  for (let i = 0; i < points.length; i += 2) far.push((points[i] - y[0]) ** 2 + (points[i + 1] - y[1]) ** 2);
  const nearest = Math.min(...far);
  let [sum, x0, x1] = [0, 0, 0];
  far.forEach((d, n) => {
    const weight = Math.exp((nearest - d) / (2 * sigma ** 2));
    sum += weight;
    x0 += weight * points[2 * n];
    x1 += weight * points[2 * n + 1];
  });
  return [x0 / sum, x1 / sum];
};

// Noisy points and the clean ones that they come from.
export const noisy = (points, rows, sigma, { below, normal }) => {
  const clean = new Float64Array(2 * rows);
  for (let n = 0; n < rows; n += 1) {
    const pick = below(points.length / 2);
    clean.set(points.subarray(2 * pick, 2 * pick + 2), 2 * n);
  }
  return { clean, y: clean.map((value) => value + sigma * normal()) };
};

export const create = (generator) => network([2, 64, 64, 2], generator);

// One step of Adam on the mean squared error of a batch; returns that error before it.
export const step = (layers, t, points, sigma, generator, { rows = 128, lr = 3e-3 } = {}) => {
  const { clean, y } = noisy(points, rows, sigma, generator);
  const seen = forward(layers, y, rows);
  let error = 0;
  const slope = seen.at(-1).map((value, i) => {
    error += (value - clean[i]) ** 2 / rows;
    return (2 * (value - clean[i])) / rows;
  });
  clear(layers);
  backward(layers, seen, slope, rows);
  adam(layers, t, { lr });
  return error;
};

// Mean squared errors on the same noisy points: of the layers, of the best denoiser, of doing nothing.
export const errors = (layers, points, sigma, generator, rows = 300) => {
  const { clean, y } = noisy(points, rows, sigma, generator);
  const out = forward(layers, y, rows).at(-1);
  const sums = [0, 0, 0];
  for (let n = 0; n < rows; n += 1) {
    const [c, q] = [clean.subarray(2 * n, 2 * n + 2), y.subarray(2 * n, 2 * n + 2)];
    const ideal = best(points, q, sigma);
    for (let axis = 0; axis < 2; axis += 1) {
      sums[0] += (out[2 * n + axis] - c[axis]) ** 2 / rows;
      sums[1] += (ideal[axis] - c[axis]) ** 2 / rows;
      sums[2] += (q[axis] - c[axis]) ** 2 / rows;
    }
  }
  return sums;
};
