/**
 * Reads Apache Arrow, also known as Feather version 2.
 *
 * @module
 */
import { type DecimalType, tableFromIPC, Type } from "@uwdata/flechette";
import { TunebookError } from "../core/errors.ts";
import { reasonOf } from "../core/reason.ts";
import { useCompression } from "./arrow_compression.ts";
import { checkArrowFrame } from "./arrow_frame.ts";
import { decimalNumber } from "./decimals.ts";
import { plainIntegers } from "./integers.ts";
import { type Table, tableFromColumns } from "./table.ts";

/**
 * Reads an Arrow file or stream. 64-bit integers become numbers where all of a column are exact,
 * else texts. Values may be compressed, by LZ4 or Zstandard. Every length is checked before the library parses, and
 * every value is read at once, so that a damaged file fails here and not in training.
 */
export function readArrow(bytes: Uint8Array, source: string): Table {
  try {
    checkArrowFrame(bytes);
    useCompression();
    const arrow = tableFromIPC(bytes, { useBigInt: true, useDate: true });
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
    const reason = reasonOf(error);
    throw new TunebookError(
      "data",
      `${source} cannot be read as Arrow: ${reason}; is it whole?`,
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
