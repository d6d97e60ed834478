/**
 * What the schema of an Arrow file says of its columns
 * (https://github.com/apache/arrow/blob/main/format/Schema.fbs).
 *
 * @module
 */
import type { FlatTable } from "./flat_buffer.ts";

/** Numbers of Arrow's types. */
export const arrowTypes = {
  null: 1,
  int: 2,
  float: 3,
  binary: 4,
  utf8: 5,
  bool: 6,
  decimal: 7,
  date: 8,
  time: 9,
  timestamp: 10,
  interval: 11,
  list: 12,
  struct: 13,
  union: 14,
  fixedBinary: 15,
  fixedList: 16,
  map: 17,
  duration: 18,
  largeBinary: 19,
  largeUtf8: 20,
  largeList: 21,
  runEndEncoded: 22,
  binaryView: 23,
  utf8View: 24,
  listView: 25,
  largeListView: 26,
} as const;

/** A column, or a column within one. */
export interface ArrowField {
  readonly name: string;
  readonly nullable: number;
  /** One of `arrowTypes`. */
  readonly type: number;
  /** Bits of a value of a type of one size; 0 for all others. */
  readonly bits: number;
  /** Entries of a list of one size. */
  readonly stride: number;
  /** Whether a union has offsets. */
  readonly isDense: boolean;
  /** What else tells two types apart. */
  readonly settings: readonly unknown[];
  /** The dictionary that holds its values, and the type of its indices. */
  readonly dictionary?: { readonly id: number; readonly bits: number; readonly isSigned: boolean };
  readonly children: readonly ArrowField[];
}

const deepestNesting = 64;
const defaultIndexBits = 32;
const bitsPerByte = 8;

/** The columns of a schema. Pairs of metadata are read to see that they are whole. */
export function arrowFields(schema: FlatTable): ArrowField[] {
  schema.tables(8).forEach(readPair);
  return schema.tables(6).map((field) => fieldOf(field, 0));
}

function fieldOf(field: FlatTable, depth: number): ArrowField {
  if (depth > deepestNesting) throw new Error("its columns are nested too deep");
  field.tables(16).forEach(readPair);
  const type = field.byte(8);
  const dictionary = field.table(12);
  const { bits = 0, stride = 0, isDense = false, settings = [] } = typeOf(type, field.table(10));
  return {
    name: field.text(4),
    nullable: field.byte(6),
    type,
    bits,
    stride,
    isDense,
    settings,
    ...(dictionary ? { dictionary: dictionaryOf(dictionary) } : {}),
    children: field.tables(14).map((child) => fieldOf(child, depth + 1)),
  };
}

function dictionaryOf(table: FlatTable): ArrowField["dictionary"] {
  const id = table.long(4);
  const index = table.table(6);
  if (!index) return { id, bits: defaultIndexBits, isSigned: true };
  return { id, bits: index.int(4), isSigned: index.byte(6) !== 0 };
}

type TypeSettings = Partial<Pick<ArrowField, "bits" | "stride" | "isDense" | "settings">>;

const floatBits = [16, 32, 64];
const dateBits = [32, 64];
const intervalBits = [32, 64, 128];

function typeOf(type: number, table: FlatTable | undefined): TypeSettings {
  const unit = (absent: number) => table?.short(4, absent) ?? absent;
  switch (type) {
    case arrowTypes.int:
      return { bits: table?.int(4) ?? 0, settings: [table?.byte(6)] };
    case arrowTypes.float:
      return { bits: floatBits[unit(0)] };
    case arrowTypes.bool:
      return { bits: 1 };
    case arrowTypes.decimal:
      return { bits: table?.int(8, 128) ?? 128, settings: [table?.int(4), table?.int(6)] };
    case arrowTypes.date:
      return { bits: dateBits[unit(1)] };
    case arrowTypes.time:
      return { bits: table?.int(6, 32) ?? 32, settings: [unit(1)] };
    case arrowTypes.timestamp:
      return { bits: 64, settings: [unit(0), table?.text(6)] };
    case arrowTypes.duration:
      return { bits: 64, settings: [unit(1)] };
    case arrowTypes.interval:
      return { bits: intervalBits[unit(0)] };
    case arrowTypes.fixedBinary:
      return { bits: bitsPerByte * sizeOf(table) };
    case arrowTypes.fixedList:
      return { stride: sizeOf(table) };
    case arrowTypes.union:
      return { isDense: unit(0) === 1, settings: [table?.structs(6, 4).length] };
    default:
      return {};
  }
}

function sizeOf(table: FlatTable | undefined): number {
  const size = table?.int(4) ?? 0;
  if (size < 0) throw new Error("a column has values of a negative size");
  return size;
}

function readPair(pair: FlatTable): void {
  pair.text(4);
  pair.text(6);
}
