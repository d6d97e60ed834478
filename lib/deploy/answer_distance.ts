/**
 * How far two answers of a server are apart.
 *
 * @module
 */

/**
 * The largest difference of a number; infinite where texts or shapes differ.
 *
 * @param anyText whether texts may be others
 */
export function answerDistance(found: unknown, expected: unknown, anyText = false): number {
  if (typeof found === "number" && typeof expected === "number") return Math.abs(found - expected);
  if (typeof found === "string" && typeof expected === "string") {
    return found === expected || anyText ? 0 : Infinity;
  }
  if (typeof found !== "object" || typeof expected !== "object" || !found || !expected) {
    return found === expected ? 0 : Infinity;
  }
  const [own, other] = [Object.entries(found), expected as Record<string, unknown>];
  if (own.length !== Object.keys(other).length) return Infinity;
  return Math.max(
    0,
    ...own.map(([name, value]) => answerDistance(value, other[name], anyText)),
  );
}
