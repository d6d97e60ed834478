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

/** At most `most` positions out of `count`, evenly, the first and the last among them. */
export function thinnedSteps(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, at) => at);
  return Array.from({ length: most }, (_, at) => Math.round(at * (count - 1) / (most - 1)));
}
