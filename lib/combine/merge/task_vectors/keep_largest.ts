/**
 * The largest of many values.
 *
 * @module
 */

/** 1 for the `count` largest values, the first ones among equals; 0 for the others. */
export function keepLargest(values: Float32Array, count: number): Uint8Array {
  const isLarge = new Uint8Array(values.length);
  if (count >= values.length) return isLarge.fill(1);
  if (count <= 0) return isLarge;
  const sorted = values.slice().sort();
  const threshold = sorted[values.length - count];
  let equal = count;
  for (let at = values.length - 1; at >= 0 && sorted[at] > threshold; at--) equal--;
  for (let at = 0; at < values.length; at++) {
    if (values[at] > threshold) isLarge[at] = 1;
    else if (values[at] === threshold && equal > 0) {
      isLarge[at] = 1;
      equal--;
    }
  }
  return isLarge;
}
