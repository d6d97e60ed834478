/**
 * Decimals of columnar files → numbers that read as they were written.
 *
 * @module
 */

/**
 * The number nearest to an integer over a power of ten. Multiplying by a power such as 0.01, which is no
 * number of two's powers, gives 7.000000000000001 for 7.
 *
 * @example
 * ```ts
 * import { decimalNumber } from "./decimals.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(decimalNumber(700n, 2), 7);
 * assert.equal(decimalNumber(-5n, 3), -0.005);
 * ```
 */
export function decimalNumber(unscaled: bigint, scale: number): number {
  return Number(`${unscaled}e${-scale}`);
}

/** An integer of any size in two's complement, the highest byte first. */
export function integerOfBytes(bytes: Uint8Array): bigint {
  const bitsPerByte = 8n;
  const unsigned = bytes.reduce((sum, byte) => sum << bitsPerByte | BigInt(byte), 0n);
  return BigInt.asIntN(bytes.length * Number(bitsPerByte), unsigned);
}

/**
 * A value that a library computed by such a multiplication, and everything in it that is a number, rounded
 * to the digits that the file can have.
 */
export function roundedDecimals(value: unknown, scale: number): unknown {
  if (typeof value === "number") return Number(value.toFixed(scale));
  return Array.isArray(value) ? value.map((each) => roundedDecimals(each, scale)) : value;
}

/** What is needed of a column of a Parquet file's schema. */
export interface DecimalColumn {
  readonly children: readonly DecimalColumn[];
  readonly element: {
    readonly type?: string;
    scale?: number;
    converted_type?: string;
    logical_type?: { readonly type: string; readonly scale?: number };
  };
}

/** Physical types whose values hyparquet gives as they are. */
const wholeTypes = ["INT32", "INT64", "FIXED_LEN_BYTE_ARRAY"];

/**
 * How a column's values become exact numbers. Takes the mark of decimals off a column of them, so that the
 * library gives the integers; without decimal places these stay integers, and may be too large for
 * a number.
 */
export function readsDecimals({ element, children }: DecimalColumn): (value: unknown) => unknown {
  const scales = new Set<number>();
  const leaves = (column: DecimalColumn): DecimalColumn[] =>
    column.children.length === 0 ? [column] : column.children.flatMap(leaves);
  for (const leaf of leaves({ element, children })) scales.add(scaleOf(leaf) ?? -1);
  const [scale] = scales;
  // A list of decimals has one kind of leaf; records of several are left as the library computed them.
  if (scales.size > 1 || scale < 0) return (value) => value;
  if (children.length > 0 || !wholeTypes.includes(element.type ?? "")) {
    return (value) => roundedDecimals(value, scale);
  }
  delete element.converted_type;
  delete element.logical_type;
  const exact = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(exact);
    if (value instanceof Uint8Array) return exact(integerOfBytes(value));
    if (typeof value !== "number" && typeof value !== "bigint") return value;
    return scale === 0 ? BigInt(value) : decimalNumber(BigInt(value), scale);
  };
  return exact;
}

function scaleOf({ element }: DecimalColumn): number | undefined {
  if (element.converted_type === "DECIMAL") {
    return element.scale ?? element.logical_type?.scale ?? 0;
  }
  return element.logical_type?.type === "DECIMAL" ? element.logical_type.scale ?? 0 : undefined;
}
