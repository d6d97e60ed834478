/**
 * Reads Apache Parquet.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { reasonOf } from "../core/reason.ts";
import { plainIntegers } from "./integers.ts";
import { parquetColumns } from "./parquet_columns.ts";
import { type Table, tableFromColumns } from "./table.ts";

/**
 * Reads a Parquet file, compressed or not (Snappy, Gzip, Brotli, Zstandard, LZ4). 64-bit integers
 * become numbers where all of a column are exact, else texts; decimals become the nearest numbers;
 * timestamps become `Date`s.
 */
// deno-lint-ignore require-await -- throws must become rejections
export async function readParquet(bytes: Uint8Array, source: string): Promise<Table> {
  // A copy only where the bytes are a part of a larger buffer.
  const file = bytes.byteLength === bytes.buffer.byteLength
    ? bytes.buffer as ArrayBuffer
    : bytes.slice().buffer;
  try {
    return tableFromColumns(
      parquetColumns(file).map(([name, values]) => [name, plainIntegers(values)] as const),
      source,
    );
  } catch (error) {
    if (error instanceof TunebookError) throw error;
    throw new TunebookError(
      "data",
      `${source} cannot be read as Parquet: ${reasonOf(error)}; is it whole?`,
      { cause: error },
    );
  }
}
