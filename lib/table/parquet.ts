/**
 * Reads Apache Parquet.
 *
 * @module
 */
import { parquetMetadata, parquetReadObjects, parquetSchema } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { messageOf, TunebookError } from "../core/errors.ts";
import { readsDecimals } from "./decimals.ts";
import { plainIntegers } from "./integers.ts";
import { type Table, tableFromColumns } from "./table.ts";

/**
 * Reads a Parquet file, compressed or not (Snappy, Gzip, Brotli, Zstandard, LZ4). 64-bit integers
 * become numbers where all of a column are exact, else texts; decimals become the nearest numbers;
 * timestamps become `Date`s.
 */
export async function readParquet(bytes: Uint8Array, source: string): Promise<Table> {
  // A copy only where the bytes are a part of a larger buffer.
  const file = bytes.byteLength === bytes.buffer.byteLength
    ? bytes.buffer as ArrayBuffer
    : bytes.slice().buffer;
  try {
    const metadata = parquetMetadata(file);
    const columns = parquetSchema(metadata).children
      .map((column) => ({ name: column.element.name, exact: readsDecimals(column) }));
    const rows = await parquetReadObjects({ file, metadata, compressors });
    if (BigInt(rows.length) !== metadata.num_rows) {
      throw new Error(`${rows.length} rows instead of ${metadata.num_rows}`);
    }
    return tableFromColumns(
      columns.map(({ name, exact }) =>
        [name, plainIntegers(rows.map((row) => exact(row[name] ?? null)))] as const
      ),
      source,
    );
  } catch (error) {
    if (error instanceof TunebookError) throw error;
    throw new TunebookError(
      "data",
      `${source} cannot be read as Parquet: ${messageOf(error)}; is it whole?`,
      { cause: error },
    );
  }
}
