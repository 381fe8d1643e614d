// A network of dense layers with ReLU between them and one output, and Adam: small enough for a page.

const matmul = (x, rows, w, b, inputs, outputs, out) => {
  for (let n = 0; n < rows; n += 1) {
    for (let j = 0; j < outputs; j += 1) out[n * outputs + j] = b[j];
    for (let i = 0; i < inputs; i += 1) {
      const value = x[n * inputs + i];
      if (value === 0) continue;
      for (let j = 0; j < outputs; j += 1) out[n * outputs + j] += value * w[i * outputs + j];
    }
  }
};

// network([2, 64, 64, 1], random) -> layers with weights of variance 2 / inputs (He et al., 2015).
export const network = (widths, { normal }) => widths.slice(1).map((outputs, l) => {
  const inputs = widths[l];
  const scale = Math.sqrt((l === widths.length - 2 ? 1 : 2) / inputs);
  const made = { inputs, outputs, w: new Float64Array(inputs * outputs), b: new Float64Array(outputs) };
  for (let i = 0; i < made.w.length; i += 1) made.w[i] = scale * normal();
  for (const name of ["w", "b"]) {
    made[`g${name}`] = new Float64Array(made[name].length); // the gradient
    made[`m${name}`] = new Float64Array(made[name].length); // Adam's two moments
    made[`v${name}`] = new Float64Array(made[name].length);
  }
  return made;
});

// forward(layers, x, rows) -> the values behind each layer, the input first, the outputs last.
export const forward = (layers, x, rows) => {
  const seen = [x];
  layers.forEach((layer, l) => {
    const out = new Float64Array(rows * layer.outputs);
    matmul(seen[l], rows, layer.w, layer.b, layer.inputs, layer.outputs, out);
    if (l < layers.length - 1) for (let i = 0; i < out.length; i += 1) if (out[i] < 0) out[i] = 0;
    seen.push(out);
  });
  return seen;
};

// backward(layers, seen, slope, rows): adds to the gradients of the layers; slope (rows * outputs) is
// the loss differentiated by the outputs. Returns the loss differentiated by the input.
export const backward = (layers, seen, slope, rows) => {
  let after = slope;
  for (let l = layers.length - 1; l >= 0; l -= 1) {
    const { inputs, outputs, w, gw, gb } = layers[l];
    const before = new Float64Array(rows * inputs);
    for (let n = 0; n < rows; n += 1) {
      for (let j = 0; j < outputs; j += 1) gb[j] += after[n * outputs + j];
      for (let i = 0; i < inputs; i += 1) {
        const value = seen[l][n * inputs + i];
        if (l > 0 && value === 0) continue; // behind a ReLU that is shut
        let sum = 0;
        for (let j = 0; j < outputs; j += 1) {
          const d = after[n * outputs + j];
          gw[i * outputs + j] += value * d;
          sum += w[i * outputs + j] * d;
        }
        before[n * inputs + i] = sum;
      }
    }
    after = before;
  }
  return after;
};

export const clear = (layers) => { for (const { gw, gb } of layers) { gw.fill(0); gb.fill(0); } };

// One step of Adam (Kingma and Ba, 2015) down the gradients; t counts the steps from 1.
export const adam = (layers, t, { lr = 1e-3, beta1 = 0.9, beta2 = 0.999 } = {}) => {
  const c1 = 1 - beta1 ** t, c2 = 1 - beta2 ** t;
  for (const layer of layers) {
    for (const name of ["w", "b"]) {
      const [p, g, m, v] = [layer[name], layer[`g${name}`], layer[`m${name}`], layer[`v${name}`]];
      for (let i = 0; i < p.length; i += 1) {
        m[i] = beta1 * m[i] + (1 - beta1) * g[i];
        v[i] = beta2 * v[i] + (1 - beta2) * g[i] ** 2;
        p[i] -= (lr * (m[i] / c1)) / (Math.sqrt(v[i] / c2) + 1e-8);
      }
    }
  }
};

export const sigmoid = (x) => 1 / (1 + Math.exp(-x));
export const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
