/**
 * Curves over the steps of a run: smoothing, and thinning for a picture.
 *
 * @module
 */

/**
 * The exponential mean of the values so far, divided by the weight that it has gathered (Kingma and
 * Ba, 2015). Values that are not finite leave it as it is.
 */
export function smoothed(values: ArrayLike<number>, smoothing: number): Float64Array {
  let [sum, weight] = [0, 0];
  return Float64Array.from(values, (value) => {
    if (Number.isFinite(value)) {
      sum = smoothing * sum + (1 - smoothing) * value;
      weight = smoothing * weight + (1 - smoothing);
    }
    return weight > 0 ? sum / weight : value;
  });
}

/**
 * At most `most` positions of the values, in order: both ends, and of each of equally long stretches
 * in between its lowest and its highest value, so that no peak is lost. A stretch without a finite
 * value keeps its first one.
 */
export function extremeSteps(values: ArrayLike<number>, most: number): number[] {
  const count = values.length;
  if (count <= most) return Array.from({ length: count }, (_, at) => at);
  const stretches = Math.floor((most - 2) / 2);
  const kept = [0];
  for (let i = 0; i < stretches; i++) {
    const from = 1 + Math.floor(i * (count - 2) / stretches);
    const to = 1 + Math.floor((i + 1) * (count - 2) / stretches);
    let [low, high] = [from, from];
    for (let at = from + 1; at < to; at++) {
      if (!Number.isFinite(values[at])) continue;
      // A comparison with NaN is false.
      if (!(values[at] >= values[low])) low = at;
      if (!(values[at] <= values[high])) high = at;
    }
    kept.push(Math.min(low, high));
    if (low !== high) kept.push(Math.max(low, high));
  }
  kept.push(count - 1);
  return kept;
}
