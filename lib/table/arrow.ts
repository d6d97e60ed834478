/**
 * Reads Apache Arrow, also known as Feather version 2.
 *
 * @module
 */
import { tableFromIPC } from "@uwdata/flechette";
import { TunebookError } from "../core/errors.ts";
import { reasonOf } from "../core/reason.ts";
import { checkArrowFrame } from "./arrow_frame.ts";
import { plainIntegers } from "./integers.ts";
import { type Table, tableFromColumns } from "./table.ts";

/**
 * Reads an Arrow file or stream. 64-bit integers become numbers where all of a column are exact,
 * else texts. Compressed buffers are not read. Every length is checked before the library parses, and
 * every value is read at once, so that a damaged file fails here and not in training.
 */
export function readArrow(bytes: Uint8Array, source: string): Table {
  try {
    checkArrowFrame(bytes);
    const arrow = tableFromIPC(bytes, { useBigInt: true, useDate: true });
    return tableFromColumns(
      arrow.names.map((name, index) =>
        [name, plainIntegers(Array.from(arrow.getChildAt(index)))] as const
      ),
      source,
    );
  } catch (error) {
    if (error instanceof TunebookError) throw error;
    const reason = reasonOf(error);
    throw new TunebookError(
      "data",
      `${source} cannot be read as Arrow: ${reason}; ${advice(reason)}`,
      { cause: error },
    );
  }
}

function advice(reason: string): string {
  return reason.includes("compression codec")
    ? 'write it with compression="uncompressed", or as Parquet'
    : "is it whole?";
}
