/**
 * 64-bit integers as columnar files hold them → values that JavaScript programs expect.
 *
 * @module
 */

/**
 * Turns a column's big integers into numbers if every one is exact as a number, else into texts,
 * because an identifier that lost its last digits is worse than one that is a text.
 */
export function plainIntegers(values: readonly unknown[]): readonly unknown[] {
  let found = false;
  let exact = true;
  for (const value of values) {
    if (typeof value !== "bigint") continue;
    found = true;
    exact &&= BigInt.asIntN(54, value) === value;
  }
  if (!found) return values;
  return values.map((value) => {
    if (typeof value !== "bigint") return value;
    return exact ? Number(value) : String(value);
  });
}
