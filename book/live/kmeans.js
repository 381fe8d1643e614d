// k-means as course_lib/kmeans.py has it, for points (N, D) in plain arrays.

export const squared = (a, b) => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] - b[i]) ** 2;
  return sum;
};

// The nearest center of each point; of equally near ones the first.
export const assign = (points, centers) => points.map((point) => {
  let nearest = 0;
  centers.forEach((center, k) => { if (squared(point, center) < squared(point, centers[nearest])) nearest = k; });
  return nearest;
});

// The mean of the points of each center; a center without points stays.
export const update = (points, labels, centers) => centers.map((center, k) => {
  const mine = points.filter((_, n) => labels[n] === k);
  if (!mine.length) return [...center];
  return Array.from(center, (_, axis) => mine.reduce((sum, point) => sum + point[axis], 0) / mine.length);
});

// J, the sum of squared distances to the centers that the points follow.
export const objective = (points, labels, centers) =>
  points.reduce((sum, point, n) => sum + squared(point, centers[labels[n]]), 0);

// K different points, drawn at random.
export const randomStart = (points, k, { below }) => {
  const left = [...points.keys()];
  return Array.from({ length: k }, () => [...points[left.splice(below(left.length), 1)[0]]]);
};

// The chances of k-means++: of each point, in proportion to its squared distance to the nearest center.
export const chances = (points, centers) => {
  const near = points.map((point) => Math.min(...centers.map((center) => squared(point, center))));
  const sum = near.reduce((a, b) => a + b, 0);
  return near.map((one) => (sum > 0 ? one / sum : 1 / points.length));
};

// The start of k-means++ (Arthur and Vassilvitskii, 2007), one try for each center.
export const plusplusStart = (points, k, generator) => {
  const centers = [[...points[generator.below(points.length)]]];
  while (centers.length < k) {
    let left = generator.uniform();
    const odds = chances(points, centers);
    let n = odds.findIndex((one) => (left -= one) < 0);
    if (n < 0) n = odds.lastIndexOf(Math.max(...odds)); // rounding
    centers.push([...points[n]]);
  }
  return centers;
};

// Lloyd's algorithm to its end: {centers, labels, J, rounds}.
export const lloyd = (points, start, most = 100) => {
  let centers = start;
  let labels = assign(points, centers);
  let rounds = 0;
  for (; rounds < most; rounds += 1) {
    centers = update(points, labels, centers);
    const next = assign(points, centers);
    if (next.every((label, n) => label === labels[n])) break;
    labels = next;
  }
  return { centers, labels, J: objective(points, labels, centers), rounds };
};
