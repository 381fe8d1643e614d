// The book's trained models in the page: weights of eight bits from models/NAME.bin, which
// `python -m tools live` writes (recipes/live.py says what stands in a file), and the layers they need.

const file = (name) => new URL(`models/${name}`, import.meta.url);

// One array of a file: {at, length, type} -> numbers.
const TYPES = { int8: Int8Array, float32: Float32Array };

// Weights as numbers again: each times the scale of its output. `outer` steps through the weights
// so that output number o of weight i is floor(i / inner) % outputs.
const scaled = (weight, scale, inner) => Float32Array.from(weight, (w, i) => w * scale[Math.floor(i / inner) % scale.length]);

// Read a file: {header, array(place) -> its numbers}.
export const read = (buffer) => {
  const length = new DataView(buffer).getUint32(0, true);
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const array = ({ at, length: n, type }) => new TYPES[type](buffer, 4 + length + at, n);
  return { header, array };
};

export const fetched = async (name) => {
  const response = await fetch(file(name));
  if (!response.ok) throw new Error(`${name}: ${response.status}`);
  return response;
};

// An image or feature map is {data, channels, side}; a vector is {data}.
const LAYERS = {
  relu: () => (x) => ({ ...x, data: x.data.map((value) => Math.max(0, value)) }),
  tanh: () => (x) => ({ ...x, data: x.data.map(Math.tanh) }),
  flatten: () => ({ data }) => ({ data }),
  unflatten: ({ shape: [channels, side] }) => ({ data }) => ({ data, channels, side }),
  linear: ({ in: inputs, out: outputs, weight, scale, bias }) => {
    const w = scaled(weight, scale, inputs);
    return ({ data }) => ({ data: bias.map((b, o) => {
      let sum = b;
      for (let i = 0; i < inputs; i++) sum += w[o * inputs + i] * data[i];
      return sum;
    }) });
  },
  convolution: ({ in: inputs, out: outputs, kernel, stride, padding, weight, scale, bias }) => {
    const w = scaled(weight, scale, inputs * kernel * kernel);
    return ({ data, side }) => {
      const after = Math.floor((side + 2 * padding - kernel) / stride) + 1;
      const made = new Float32Array(outputs * after * after);
      for (let o = 0; o < outputs; o++) for (let y = 0; y < after; y++) for (let x = 0; x < after; x++) {
        let sum = bias[o];
        for (let i = 0; i < inputs; i++) for (let u = 0; u < kernel; u++) {
          const row = y * stride + u - padding;
          if (row < 0 || row >= side) continue;
          for (let v = 0; v < kernel; v++) {
            const column = x * stride + v - padding;
            if (column >= 0 && column < side) sum += w[((o * inputs + i) * kernel + u) * kernel + v] * data[(i * side + row) * side + column];
          }
        }
        made[(o * after + y) * after + x] = sum;
      }
      return { data: made, channels: outputs, side: after };
    };
  },
  // Each number of the input stamps the kernel, times itself, onto the output.
  transposed: ({ in: inputs, out: outputs, kernel, stride, padding, weight, scale, bias }) => {
    const w = scaled(weight, scale, kernel * kernel);
    return ({ data, side = 1 }) => {
      const after = (side - 1) * stride + kernel - 2 * padding;
      const made = new Float32Array(outputs * after * after);
      for (let o = 0; o < outputs; o++) made.fill(bias[o], o * after * after, (o + 1) * after * after);
      for (let i = 0; i < inputs; i++) for (let y = 0; y < side; y++) for (let x = 0; x < side; x++) {
        const value = data[(i * side + y) * side + x];
        if (value === 0) continue;
        for (let o = 0; o < outputs; o++) for (let u = 0; u < kernel; u++) {
          const row = y * stride + u - padding;
          if (row < 0 || row >= after) continue;
          for (let v = 0; v < kernel; v++) {
            const column = x * stride + v - padding;
            if (column >= 0 && column < after) made[(o * after + row) * after + column] += value * w[((i * outputs + o) * kernel + u) * kernel + v];
          }
        }
      }
      return { data: made, channels: outputs, side: after };
    };
  },
};

// load("dcgan") -> {header, quality, run(part, numbers, side)}: the numbers that a part of it answers.
export const load = async (name) => {
  const { header, array } = read(await (await fetched(`${name}.bin`)).arrayBuffer());
  const ready = ({ kind, ...rest }) => {
    const values = Object.entries(rest).map(([key, value]) => [key, value.type ? array(value) : value]);
    return LAYERS[kind](Object.fromEntries(values));
  };
  const parts = Object.fromEntries(Object.entries(header.parts).map(([part, layers]) => [part, layers.map(ready)]));
  const run = (part, numbers, side) => parts[part].reduce((x, layer) => layer(x), { data: Float32Array.from(numbers), channels: 1, side }).data;
  return { header, quality: header.quality, run };
};

// Principal components: {encode(image, n), decode(code), variances}; the code of n components.
export const components = async () => {
  const { header, array } = read(await (await fetched("components.bin")).arrayBuffer());
  const { in: pixels, out: most } = header;
  const mean = array(header.mean);
  const rows = scaled(array(header.weight), array(header.scale), pixels);
  const encode = (image, n = most) => Float32Array.from({ length: n }, (_, k) => {
    let sum = 0;
    for (let i = 0; i < pixels; i++) sum += rows[k * pixels + i] * (image[i] - mean[i]);
    return sum;
  });
  const decode = (code) => {
    const made = Float32Array.from(mean);
    code.forEach((c, k) => { for (let i = 0; i < pixels; i++) made[i] += c * rows[k * pixels + i]; });
    return made;
  };
  return { encode, decode, variances: array(header.variances) };
};
