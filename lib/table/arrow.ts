/**
 * Reads Apache Arrow, also known as Feather version 2.
 *
 * @module
 */
import { type DecimalType, tableFromIPC, Type } from "@uwdata/flechette";
import { messageOf, TunebookError } from "../core/errors.ts";
import { decimalNumber } from "./decimals.ts";
import { plainIntegers } from "./integers.ts";
import { type Table, tableFromColumns } from "./table.ts";

/** What an Arrow file (not a stream) begins and ends with. */
const fileMark = new TextEncoder().encode("ARROW1");

/**
 * Reads an Arrow file or stream. 64-bit integers become numbers where all of a column are exact,
 * else texts. Compressed buffers are not read. Every value is read at once, so that a damaged file fails here and not in training.
 */
export function readArrow(bytes: Uint8Array, source: string): Table {
  try {
    checkWhole(bytes);
    const arrow = tableFromIPC(bytes, { useBigInt: true, useDate: true });
    for (let i = 0; i < arrow.numCols; i++) {
      for (const batch of arrow.getChildAt(i).data) checkBatch(batch, bytes.length);
    }
    return tableFromColumns(
      arrow.names.map((name, index) => {
        const column = arrow.getChildAt(index);
        const values = isDecimal(column.type) ? decimals(bytes, index) : Array.from(column);
        return [name, plainIntegers(values)] as const;
      }),
      source,
    );
  } catch (error) {
    if (error instanceof TunebookError) throw error;
    throw new TunebookError(
      "data",
      `${source} cannot be read as Arrow: ${messageOf(error)}; ${advice(messageOf(error))}`,
      { cause: error },
    );
  }
}

type ArrowType = ReturnType<ReturnType<typeof tableFromIPC>["getChildAt"]>["type"];

function isDecimal(type: ArrowType): type is DecimalType {
  return type.typeId === Type.Decimal;
}

/** A column of decimals as the nearest numbers; of those without decimal places the integers. */
function decimals(bytes: Uint8Array, index: number): unknown[] {
  const column = tableFromIPC(bytes, { useDecimalInt: true }).getChildAt(index);
  const { scale } = column.type as DecimalType;
  return Array.from(
    column,
    (value: number | bigint | null) =>
      value === null ? null : scale === 0 ? BigInt(value) : decimalNumber(BigInt(value), scale),
  );
}

/** The library reads a file that lost its end as one without rows. */
function checkWhole(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new Error("it is empty");
  const isFile = startsWith(bytes, fileMark);
  if (isFile && !startsWith(bytes.subarray(-fileMark.length), fileMark)) {
    throw new Error("its end is missing");
  }
}

/** What of a batch of the library is needed to check it. */
interface Batch {
  length: number;
  offsets?: ArrayLike<number | bigint>;
  sizes?: unknown;
  typeIds?: unknown;
  values?: ArrayLike<unknown>;
  children?: readonly Batch[];
  dictionary?: { data: readonly Batch[] };
}

const bitsPerByte = 8;

/**
 * Refuses lengths and offsets that point beyond the data: reading them would fill the memory or
 * give wrong values without an error.
 */
function checkBatch(batch: Batch, fileBytes: number): void {
  const { length, offsets, sizes, typeIds, values, children = [], dictionary } = batch;
  if (!(length >= 0 && length <= fileBytes * bitsPerByte)) {
    throw new Error(`it claims ${length} values in ${fileBytes} bytes`);
  }
  // Views of lists and unions may point anywhere, in any order.
  if (offsets && !sizes && !typeIds && length > 0) {
    const end = children[0]?.length ?? values?.length ?? 0;
    for (let i = 0; i <= length && i < offsets.length; i++) {
      const offset = Number(offsets[i]);
      if (!(offset >= Number(offsets[Math.max(0, i - 1)]) && offset >= 0 && offset <= end)) {
        throw new Error(`value ${i} lies beyond the data`);
      }
    }
  }
  for (const inner of [...children, ...dictionary?.data ?? []]) checkBatch(inner, fileBytes);
}

function startsWith(bytes: Uint8Array, mark: Uint8Array): boolean {
  return mark.every((byte, index) => bytes[index] === byte);
}

function advice(message: string): string {
  return message.includes("compression codec")
    ? 'write it with compression="uncompressed", or as Parquet'
    : "is it whole?";
}
