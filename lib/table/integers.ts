/**
 * 64-bit integers as columnar files hold them → values that JavaScript programs expect.
 *
 * @module
 */
import { isPlainObject } from "../core/objects.ts";

/**
 * Turns a column's big integers, those in lists and objects too, into numbers if every one is exact as a
 * number, else into texts, because an identifier that lost its last digits is worse than one that is a
 * text.
 */
export function plainIntegers(values: readonly unknown[]): readonly unknown[] {
  const found = { any: false, exact: true };
  for (const value of values) look(value, found);
  return found.any ? values.map((value) => plain(value, found.exact)) : values;
}

function look(value: unknown, found: { any: boolean; exact: boolean }): void {
  if (typeof value === "bigint") {
    found.any = true;
    found.exact &&= BigInt.asIntN(54, value) === value;
  } else if (typeof value !== "object" || value === null) {
    return;
  } else if (isBigArray(value) || Array.isArray(value)) {
    for (const each of value) look(each, found);
  } else if (isPlainObject(value)) {
    for (const each of Object.values(value)) look(each, found);
  }
}

function plain(value: unknown, exact: boolean): unknown {
  if (typeof value === "bigint") return exact ? Number(value) : String(value);
  if (isBigArray(value) || Array.isArray(value)) {
    return Array.from(value as ArrayLike<unknown>, (each) => plain(each, exact));
  }
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, plain(each, exact)]),
  );
}

function isBigArray(value: unknown): value is BigInt64Array | BigUint64Array {
  return value instanceof BigInt64Array || value instanceof BigUint64Array;
}
