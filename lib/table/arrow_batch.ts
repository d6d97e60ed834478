/**
 * Batches of an Arrow column as the library made them, checked before their values are read.
 *
 * @module
 */

/** What of a batch of the library is needed to check it. */
export interface Batch {
  readonly length: number;
  readonly nullCount?: number;
  readonly validity?: ArrayLike<number>;
  readonly offsets?: ArrayLike<number | bigint>;
  readonly sizes?: ArrayLike<number | bigint>;
  readonly typeIds?: ArrayLike<number>;
  readonly values?: ArrayLike<unknown>;
  readonly children?: readonly Batch[];
  readonly dictionary?: { readonly data: readonly Batch[]; readonly length: number };
  readonly type?: { readonly typeId: number; readonly stride?: number; readonly bitWidth?: number };
}

const bitsPerByte = 8;
const bool = 6;
const fixedBinary = 15;
const fixedList = 16;
const struct = 13;
const interval = 11;
const decimal = 7;
/** Types whose `values` has one entry for each row. */
const oneEach = new Set([-1, 2, 3, 8, 9, 10, 18]);

/**
 * Refuses lengths, offsets and indices that point beyond the data: reading them would fill the memory
 * or give wrong values without an error.
 */
export function checkBatch(batch: Batch, fileBytes: number): void {
  const { length, validity, nullCount, children = [], dictionary } = batch;
  if (!(length >= 0 && length <= fileBytes * bitsPerByte)) {
    throw new Error(`it claims ${length} values in ${fileBytes} bytes`);
  }
  const isTold = validity !== undefined && (nullCount ?? 0) !== 0;
  if (isTold && validity.length * bitsPerByte < length) {
    throw new Error("it does not say which values are missing");
  }
  checkValues(batch);
  checkOffsets(batch);
  const most = dictionary?.length ?? 0;
  if (dictionary && batch.values) {
    for (let i = 0; i < length; i++) {
      const at = Number(batch.values[i]);
      const isMissing = isTold && (validity[i >> 3] >> (i % bitsPerByte) & 1) === 0;
      if (!isMissing && !(at >= 0 && at < most)) {
        throw new Error(`value ${i} is not in its dictionary of ${most}`);
      }
    }
  }
  for (const inner of [...children, ...dictionary?.data ?? []]) checkBatch(inner, fileBytes);
}

/** There must be as many values as the batch claims. */
function checkValues({ length, values, type, children = [] }: Batch): void {
  const short = () => new Error(`it claims ${length} values and has fewer`);
  const { typeId = 0, stride = 1, bitWidth = 0 } = type ?? {};
  const has = values?.length ?? 0;
  if (oneEach.has(typeId) && has < length) throw short();
  if (typeId === bool && has * bitsPerByte < length) throw short();
  if (typeId === fixedBinary && has < length * stride) throw short();
  if (typeId === interval && has < length) throw short();
  if (typeId === decimal && values) {
    const bytes = has * ((values as { BYTES_PER_ELEMENT?: number }).BYTES_PER_ELEMENT ?? 1);
    if (bytes < length * bitWidth / bitsPerByte) throw short();
  }
  const each = typeId === fixedList ? stride : typeId === struct ? 1 : 0;
  if (children.some((child) => child.length < length * each)) throw short();
}

function checkOffsets({ length, offsets, sizes, typeIds, values, children = [] }: Batch): void {
  if (length === 0) return;
  if (typeIds && typeIds.length < length) throw new Error("it claims more values than it has");
  if (!offsets) return;
  const end = children[0]?.length ?? values?.length ?? 0;
  if (typeIds) {
    for (let i = 0; i < length; i++) {
      if (!(Number(offsets[i]) >= 0)) throw new Error(`value ${i} lies beyond the data`);
    }
    return;
  }
  if (sizes) {
    for (let i = 0; i < length; i++) {
      const [start, size] = [Number(offsets[i]), Number(sizes[i])];
      if (!(start >= 0 && size >= 0 && start + size <= end)) {
        throw new Error(`value ${i} lies beyond the data`);
      }
    }
    return;
  }
  for (let i = 0; i <= length; i++) {
    const offset = Number(offsets[i]);
    if (!(offset >= Number(offsets[Math.max(0, i - 1)]) && offset >= 0 && offset <= end)) {
      throw new Error(`value ${i} lies beyond the data`);
    }
  }
}
