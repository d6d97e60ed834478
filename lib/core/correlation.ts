/**
 * Pearson's correlation.
 *
 * @module
 */

/** Pearson's correlation in [−1, 1] of two lists; NaN where all values of one are equal. */
export function correlation(a: Float64Array, b: Float64Array): number {
  // Asked exactly, because rounding leaves constants a tiny spread around their mean.
  if (isConstant(a) || isConstant(b)) return NaN;
  const [x, y] = [centred(a), centred(b)];
  const found = products(x, y) / Math.sqrt(products(x, x) * products(y, y));
  return Math.max(-1, Math.min(1, found)); // rounding may pass 1 by a bit
}

function products(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i], 0);
}

function isConstant(values: Float64Array): boolean {
  return values.every((value) => value === values[0]);
}

/** Without the mean and scaled to at most 1, so that products neither overflow nor vanish. */
function centred(values: Float64Array): Float64Array {
  const mean = values.reduce((a, b) => a + b) / values.length;
  const apart = values.map((value) => value - mean);
  const top = apart.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return apart.map((value) => value / top);
}
