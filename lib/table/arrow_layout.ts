/**
 * The values of one Arrow message, checked before the library reads them: reading lengths, offsets or
 * indices that point beyond the data would fill the memory, never end, or give wrong values
 * (https://arrow.apache.org/docs/format/Columnar.html#physical-memory-layout).
 *
 * @module
 */
import { type ArrowField, arrowTypes as types } from "./arrow_fields.ts";
import { unpackingOf } from "./arrow_compression.ts";
import { firstWrongText } from "./arrow_texts.ts";
import { isUtf8 } from "./decode_text.ts";
import type { FlatBuffer, FlatTable } from "./flat_buffer.ts";

/** A message's description and its values. */
export interface ArrowBatch {
  readonly flat: FlatBuffer;
  readonly table: FlatTable;
  readonly body: Uint8Array;
  /** Whether unions have a map of what is missing, as before version 5. */
  readonly unionsHaveMaps: boolean;
}

/** How many values each dictionary has, by its id. */
export type DictionarySizes = ReadonlyMap<number, number>;

const pairBytes = 16;
const longBytes = 8;
const bitsPerByte = 8;
/** Texts of a view up to this length stand in the view itself. */
const insideView = 12;
const viewBits = 128;
/** Values that take no bytes (missing ones, runs) are no more than this. */
const mostWithoutBytes = 2 ** 24;
/** Views of lists may overlap; together they may have so many entries. */
const mostViewed = 2 ** 27;

/** Checks the columns of a message; returns the length of the first one. */
export function checkLayout(
  batch: ArrowBatch,
  fields: readonly ArrowField[],
  sizes: DictionarySizes,
): number {
  const { flat, table, body } = batch;
  const pairs = (slot: number) =>
    table.structs(slot, pairBytes).map((at) => [flat.long(at), flat.long(at + longBytes)] as const);
  const rows = table.long(4);
  if (rows < 0) throw new Error(`a block claims ${rows} rows`);
  const unpacked = unpackingOf(table);
  const buffers = pairs(8).map(([offset, length]) => {
    if (offset < 0 || length < 0 || offset + length > body.length) {
      throw new Error("a column's values lie beyond the data");
    }
    return unpacked(body.subarray(offset, offset + length));
  });
  const nodes = pairs(6);
  for (const [length, missing] of nodes) {
    if (length < 0 || missing < -1 || missing > length) {
      throw new Error(`a column claims ${length} values, ${missing} of them missing`);
    }
  }
  const variadic = table.structs(12, longBytes).map((at) => flat.long(at));
  const reader = new LayoutReader(nodes, buffers, variadic, sizes, batch);
  const lengths = fields.map((field) => reader.column(field));
  if (lengths.some((length) => length !== rows)) {
    throw new Error(`a block of ${rows} rows has columns of ${lengths.join(", ")} values`);
  }
  reader.end();
  return rows;
}

/** The rows of a column, and how what is wrong with them is told. */
interface ColumnRows {
  readonly length: number;
  readonly isMissing: (row: number) => boolean;
  readonly fail: (what: string) => Error;
}

class LayoutReader {
  #node = 0;
  #buffer = 0;
  #variadic = 0;
  /** The bytes of all values, unpacked; columns may share theirs. */
  readonly #bytes: number;

  constructor(
    readonly nodes: readonly (readonly [number, number])[],
    readonly buffers: readonly Uint8Array[],
    readonly variadic: readonly number[],
    readonly sizes: DictionarySizes,
    readonly batch: ArrowBatch,
  ) {
    this.#bytes = Math.max(batch.body.length, buffers.reduce((sum, each) => sum + each.length, 0));
  }

  /** Everything that the message describes must belong to a column. */
  end(): void {
    if (this.#node !== this.nodes.length || this.#buffer !== this.buffers.length) {
      throw new Error("a block has more values than columns");
    }
  }

  /** Checks a column with all that is in it; returns its length. */
  column(field: ArrowField): number {
    const [length, missing] = this.nodes[this.#node++] ?? missingPart();
    const { type, name, dictionary } = field;
    const fail = (what: string) => new Error(`column ${JSON.stringify(name)} ${what}`);
    if (length > Math.max(bitsPerByte * this.#bytes, mostWithoutBytes)) {
      throw fail(`claims ${length} values in ${this.#bytes} bytes`);
    }
    const validity = this.#validity(field);
    if (missing !== 0 && validity && validity.length * bitsPerByte < length) {
      throw fail("does not say which values are missing");
    }
    const isMissing = (row: number) =>
      missing !== 0 && validity !== undefined &&
      (validity[row >> 3] >> (row % bitsPerByte) & 1) === 0;
    if (dictionary) {
      const size = this.sizes.get(dictionary.id) ?? 0;
      const indices = this.#values(length, dictionary.bits, fail);
      const indexAt = integersOf(indices, dictionary.bits, dictionary.isSigned);
      for (let row = 0; row < length; row++) {
        const index = isMissing(row) ? 0 : indexAt(row);
        if (index < 0 || (index >= size && !isMissing(row))) {
          throw fail(`has value ${row} at ${index} of a dictionary of ${size}`);
        }
      }
      return length;
    }
    if (field.bits > 0) this.#values(length, field.bits, fail);
    else this.#variable(field, type, { length, isMissing, fail });
    return length;
  }

  #validity({ type, dictionary }: ArrowField): Uint8Array | undefined {
    const hasNone = type === types.null || type === types.runEndEncoded ||
      (type === types.union && !this.batch.unionsHaveMaps);
    return hasNone && !dictionary ? undefined : this.#next();
  }

  #next(): Uint8Array {
    return this.buffers[this.#buffer++] ?? missingPart();
  }

  #values(length: number, bits: number, fail: (what: string) => Error): Uint8Array {
    const values = this.#next();
    if (values.length * bitsPerByte < length * bits) {
      throw fail(`claims ${length} values and has fewer`);
    }
    return values;
  }

  #variable(
    { children, stride, isDense }: ArrowField,
    type: number,
    { length, isMissing, fail }: ColumnRows,
  ): void {
    const inner = () => children.map((child) => this.column(child));
    const beyond = (row: number) => fail(`has value ${row} beyond the data`);
    const notText = (row: number) => fail(`has in value ${row} a text that is not UTF-8`);
    switch (type) {
      case types.null:
        return;
      case types.binary:
      case types.utf8:
      case types.largeBinary:
      case types.largeUtf8: {
        const bits = type === types.binary || type === types.utf8 ? 32 : 64;
        const [offsets, data] = [this.#next(), this.#next()];
        checkOffsets(offsets, length, bits, data.length, beyond);
        if (length === 0 || type === types.binary || type === types.largeBinary) return;
        const startOf = integersOf(offsets, bits);
        const wrong = firstWrongText({ data, length, startOf, isMissing });
        if (wrong !== undefined) throw notText(wrong);
        return;
      }
      case types.list:
      case types.map:
        return checkOffsets(this.#next(), length, 32, inner()[0] ?? 0, beyond);
      case types.largeList:
        return checkOffsets(this.#next(), length, 64, inner()[0] ?? 0, beyond);
      case types.listView:
        return checkSizes([this.#next(), this.#next()], length, 32, inner()[0] ?? 0, beyond);
      case types.largeListView:
        return checkSizes([this.#next(), this.#next()], length, 64, inner()[0] ?? 0, beyond);
      case types.binaryView:
      case types.utf8View:
        return this.#views({ length, isMissing, fail }, beyond, (row, text) => {
          if (type === types.utf8View && !isMissing(row) && !isUtf8(text)) throw notText(row);
        });
      case types.union: {
        if (this.#next().length < length) throw fail(`claims ${length} values and has fewer`);
        const offsets = isDense ? this.#values(length, 32, fail) : undefined;
        const lengths = inner();
        const offsetAt = offsets && integersOf(offsets, 32);
        for (let row = 0; offsetAt && row < length; row++) {
          const at = offsetAt(row);
          if (!(at >= 0 && at < Math.max(...lengths))) throw beyond(row);
        }
        if (!isDense && lengths.some((each) => each < length)) throw beyond(length - 1);
        return;
      }
      case types.fixedList:
        if (inner().some((each) => each < length * stride)) throw beyond(length - 1);
        return;
      case types.struct:
        if (inner().some((each) => each < length)) throw beyond(length - 1);
        return;
      case types.runEndEncoded: {
        const [ends, values] = inner();
        if (ends !== values) throw fail("has other runs than values");
        return;
      }
      default:
        // A type of no size that the library knows, or does not: it says so.
        this.#next();
    }
  }

  #views(
    { length, fail }: ColumnRows,
    beyond: (row: number) => Error,
    check: (row: number, value: Uint8Array) => void,
  ): void {
    const views = this.#values(length, viewBits, fail);
    const count = this.variadic[this.#variadic++] ?? 0;
    if (!(count >= 0 && this.#buffer + count <= this.buffers.length)) throw missingPart();
    const parts = Array.from({ length: count }, () => this.#next());
    const view = new DataView(views.buffer, views.byteOffset, views.byteLength);
    for (let row = 0; row < length; row++) {
      const at = row * viewBits / bitsPerByte;
      const size = view.getInt32(at, true);
      if (size <= insideView && size >= 0) {
        check(row, views.subarray(at + 4, at + 4 + size));
        continue;
      }
      const [part, offset] = [view.getInt32(at + 8, true), view.getInt32(at + 12, true)];
      if (!(size >= 0 && offset >= 0 && offset + size <= (parts[part]?.length ?? -1))) {
        throw beyond(row);
      }
      check(row, parts[part].subarray(offset, offset + size));
    }
  }
}

function missingPart(): never {
  throw new Error("a block has fewer values than columns");
}

/** Offsets must rise and stay within what they point into. */
function checkOffsets(
  offsets: Uint8Array,
  length: number,
  bits: 32 | 64,
  end: number,
  beyond: (row: number) => Error,
): void {
  if (length === 0) return;
  if (offsets.length * bitsPerByte < (length + 1) * bits) throw beyond(length - 1);
  const offsetAt = integersOf(offsets, bits);
  let before = 0;
  for (let row = 0; row <= length; row++) {
    const offset = offsetAt(row);
    if (!(offset >= before && offset <= end)) throw beyond(Math.min(row, length - 1));
    before = offset;
  }
}

function checkSizes(
  [offsets, sizes]: readonly [Uint8Array, Uint8Array],
  length: number,
  bits: 32 | 64,
  end: number,
  beyond: (row: number) => Error,
): void {
  const needed = length * bits / bitsPerByte;
  if (offsets.length < needed || sizes.length < needed) throw beyond(length - 1);
  const [offsetAt, sizeAt] = [integersOf(offsets, bits), integersOf(sizes, bits)];
  let all = 0;
  for (let row = 0; row < length; row++) {
    const [start, size] = [offsetAt(row), sizeAt(row)];
    all += size;
    if (!(start >= 0 && size >= 0 && start + size <= end && all <= mostViewed)) throw beyond(row);
  }
}

/** Reads the whole numbers of a buffer. */
function integersOf(bytes: Uint8Array, bits: number, isSigned = true): (index: number) => number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (bits) {
    case 8:
      return (index) => isSigned ? view.getInt8(index) : view.getUint8(index);
    case 16:
      return (index) => isSigned ? view.getInt16(2 * index, true) : view.getUint16(2 * index, true);
    case 32:
      return (index) => isSigned ? view.getInt32(4 * index, true) : view.getUint32(4 * index, true);
    case 64:
      return (index) => Number(view.getBigInt64(8 * index, true));
    default:
      throw new Error(`whole numbers of ${bits} bits are unknown`);
  }
}
