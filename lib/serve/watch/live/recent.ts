/**
 * The latest of many values, and percentiles of numbers.
 *
 * @module
 */

/** The latest values, oldest first. */
export interface Recent<Value> {
  add(value: Value): void;
  values(): Value[];
}

/** Keeps so many values. */
export function recent<Value>(most: number): Recent<Value> {
  const kept: Value[] = [];
  let next = 0;
  return {
    add(value) {
      if (kept.length < most) kept.push(value);
      else kept[next] = value;
      next = (next + 1) % most;
    },
    values: () => kept.length < most ? [...kept] : [...kept.slice(next), ...kept.slice(0, next)],
  };
}

/** The value that this share of some values does not exceed (nearest rank); undefined of none. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
}
