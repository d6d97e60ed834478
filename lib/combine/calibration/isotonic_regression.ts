/**
 * The rising curve that comes nearest to points.
 *
 * @module
 */

/** A curve through points, with lines between them, and level outside of them. */
export type RisingCurve = (x: number) => number;

/**
 * The function that never falls with the least squared distance from the points, by pooling adjacent violators
 * (Ayer et al. 1955); points of one x count as their mean. Between points it is a line, as in scikit-learn's
 * `IsotonicRegression(out_of_bounds="clip")`.
 */
export function isotonicRegression(x: ArrayLike<number>, y: ArrayLike<number>): RisingCurve {
  const order = Array.from(x, (_, at) => at).sort((a, b) => x[a] - x[b]);
  const points: { readonly x: number; sum: number; weight: number }[] = [];
  for (const at of order) {
    const last = points.at(-1);
    if (last && last.x === x[at]) {
      last.sum += y[at];
      last.weight++;
    } else points.push({ x: x[at], sum: y[at], weight: 1 });
  }
  const blocks: { sum: number; weight: number; readonly first: number; last: number }[] = [];
  points.forEach(({ sum, weight }, at) => {
    blocks.push({ sum, weight, first: at, last: at });
    for (let last = blocks.length - 1; last > 0; last--) {
      const [before, own] = [blocks[last - 1], blocks[last]];
      if (before.sum / before.weight < own.sum / own.weight) break;
      before.sum += own.sum;
      before.weight += own.weight;
      before.last = own.last;
      blocks.pop();
    }
  });
  const values = blocks.flatMap(({ sum, weight, first, last }) =>
    Array.from({ length: last - first + 1 }, () => sum / weight)
  );
  return (value) => interpolated(points, values, value);
}

function interpolated(
  points: readonly { readonly x: number }[],
  values: readonly number[],
  x: number,
) {
  const last = points.length - 1;
  if (x <= points[0].x) return values[0];
  if (x >= points[last].x) return values[last];
  let [low, high] = [0, last];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (points[middle].x <= x) low = middle;
    else high = middle;
  }
  const share = (x - points[low].x) / (points[high].x - points[low].x);
  return values[low] + share * (values[high] - values[low]);
}
