/**
 * What most people say.
 *
 * @module
 */

/** The value that more people say than any other; undefined where two are said equally often, or nothing is. */
export function mostSaid<Value>(values: Iterable<Value>): Value | undefined {
  const counts = new Map<Value, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  const most = Math.max(0, ...counts.values());
  const found = [...counts].filter(([, count]) => count === most);
  return found.length === 1 ? found[0][0] : undefined;
}
