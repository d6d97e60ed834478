/**
 * One page of a Parquet column: its header is checked against what the column's chunk claims, it is
 * decompressed once, and its runs are checked, before the library decodes it.
 *
 * @module
 */
import { crc32 } from "node:zlib";
import type { DataReader, DecodedArray, PageHeader } from "hyparquet";
import { readPage } from "hyparquet/src/column.js";
import { decompressPage } from "hyparquet/src/datapage.js";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { getMaxDefinitionLevel, getMaxRepetitionLevel } from "hyparquet/src/schema.js";
import { convert } from "hyparquet/src/convert.js";
import { checkRuns } from "./parquet_runs.ts";

/** What the library knows of a column. */
export type ColumnDecoder = Parameters<typeof readPage>[2];

/** What a chunk has left: its header must not promise more. */
export interface ChunkRest {
  values: number;
  uncompressedBytes: number;
}

/** What pages of a chunk share. */
export interface ChunkState {
  readonly decoder: ColumnDecoder;
  readonly rest: ChunkRest;
  dictionary?: DecodedArray;
}

/** A page with its numbers in the clear. */
interface OpenPage {
  readonly header: PageHeader;
  readonly bytes: Uint8Array;
}

const lengthBytes = 4;

/**
 * Decodes the page that `header` announced and `bytes` hold. A dictionary stays in `chunk`; values are
 * added to `before`, the values of earlier pages of nested columns, or returned.
 */
export function decodePage(
  header: PageHeader,
  bytes: Uint8Array,
  chunk: ChunkState,
  before: DecodedArray | undefined,
): DecodedArray | undefined {
  const { type } = header;
  if (type === "INDEX_PAGE") return undefined;
  const { decoder, rest } = chunk;
  checkHeader(header, bytes, rest);
  const page = opened(header, bytes, decoder);
  if (type === "DICTIONARY_PAGE") {
    const { data } = readPage(readerOf(page), page.header, plain(decoder), undefined, undefined, 0);
    chunk.dictionary = data && convert(data, decoder);
    return undefined;
  }
  rest.values -= valuesOf(header);
  checkLevelsAndIndices(page, decoder);
  const { data } = readPage(
    readerOf(page),
    page.header,
    plain(decoder),
    chunk.dictionary,
    before,
    0,
  );
  return data;
}

/** How many values a page has, missing ones included. */
function valuesOf(header: PageHeader): number {
  const own = header.data_page_header ?? header.data_page_header_v2 ??
    header.dictionary_page_header;
  return own?.num_values ?? NaN;
}

function checkHeader(header: PageHeader, bytes: Uint8Array, rest: ChunkRest): void {
  const { type, uncompressed_page_size: size, crc, data_page_header_v2: second } = header;
  const isWhole = (value: unknown) => Number.isInteger(value) && (value as number) >= 0;
  const count = valuesOf(header);
  if (!isWhole(size) || !isWhole(count)) throw new Error("a page's header is damaged");
  if (size > rest.uncompressedBytes) {
    throw new Error(`a page claims ${size} bytes where ${rest.uncompressedBytes} are left`);
  }
  if (type !== "DICTIONARY_PAGE" && count > rest.values) {
    throw new Error(`a page claims ${count} values where ${rest.values} are left`);
  }
  // No value of a dictionary takes less than a byte, but for a boolean, which has none.
  if (type === "DICTIONARY_PAGE" && count > size) {
    throw new Error(`a dictionary claims ${count} values in ${size} bytes`);
  }
  if (second) {
    const { num_nulls, num_rows, ...lengths } = second;
    const levels = [lengths.definition_levels_byte_length, lengths.repetition_levels_byte_length];
    const all = [...levels, num_nulls, num_rows];
    if (!all.every(isWhole) || num_nulls > count || num_rows > count) {
      throw new Error("a page's header contradicts itself");
    }
    if (levels[0] + levels[1] > Math.min(size, bytes.length)) {
      throw new Error("a page's levels are longer than the page");
    }
  }
  if (crc !== undefined && crc >>> 0 !== crc32(bytes)) throw new Error("a page fails its checksum");
  rest.uncompressedBytes -= size;
}

/** Decompresses a page. The copy of a page that is not compressed ends where the page ends. */
function opened(header: PageHeader, bytes: Uint8Array, decoder: ColumnDecoder): OpenPage {
  const { codec, compressors } = decoder;
  const second = header.data_page_header_v2;
  const size = header.uncompressed_page_size;
  if (header.type !== "DATA_PAGE_V2" || !second) {
    const page = decompressPage(bytes, size, codec, compressors).slice();
    return { header: { ...header, compressed_page_size: page.length }, bytes: page };
  }
  const levels = second.definition_levels_byte_length + second.repetition_levels_byte_length;
  const values = second.is_compressed === false
    ? bytes.subarray(levels)
    : decompressPage(bytes.subarray(levels), size - levels, codec, compressors);
  const page = new Uint8Array(levels + values.length);
  page.set(bytes.subarray(0, levels));
  page.set(values, levels);
  return {
    header: {
      ...header,
      compressed_page_size: page.length,
      uncompressed_page_size: page.length,
      data_page_header_v2: { ...second, is_compressed: false },
    },
    bytes: page,
  };
}

const plain = (decoder: ColumnDecoder): ColumnDecoder => ({ ...decoder, codec: "UNCOMPRESSED" });

const readerOf = ({ bytes }: OpenPage): DataReader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0,
});

/** Everything that is a run or a length, in the order of the page. */
function checkLevelsAndIndices({ header, bytes }: OpenPage, decoder: ColumnDecoder): void {
  const count = valuesOf(header);
  const second = header.data_page_header_v2;
  let at = 0;
  const levels = (highest: number, length: number | undefined) => {
    if (highest === 0) return;
    const start = length === undefined ? at + lengthBytes : at;
    const end = start + (length ?? lengthAt(bytes, at));
    checkRuns({ bytes, start, end, width: widthOf(highest), count });
    at = end;
  };
  const { schemaPath, type } = decoder;
  const repeated = schemaPath.length > 1 ? getMaxRepetitionLevel(schemaPath) : 0;
  levels(repeated, second?.repetition_levels_byte_length);
  if (second) at = second.repetition_levels_byte_length;
  levels(getMaxDefinitionLevel(schemaPath), second?.definition_levels_byte_length);
  if (second) at = second.repetition_levels_byte_length + second.definition_levels_byte_length;
  const encoding = second?.encoding ?? header.data_page_header?.encoding;
  const end = bytes.length;
  if (encoding === "RLE") {
    const start = at + lengthBytes;
    checkRuns({ bytes, start, end: start + lengthAt(bytes, at), width: 1, count });
  } else if (encoding?.endsWith("_DICTIONARY") && at < end) {
    const width = type === "BOOLEAN" ? 1 : bytes[at];
    checkRuns({ bytes, start: Math.min(end, at + 1), end, width, count });
  } else if (encoding === "DELTA_BYTE_ARRAY") {
    checkPrefixes(bytes.subarray(at), second ? count - second.num_nulls : undefined);
  }
}

/** A prefix is taken from the value before, so that it cannot be longer. */
function checkPrefixes(bytes: Uint8Array, known: number | undefined): void {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { view, offset: 0 };
  const count = known ?? countOf(bytes);
  if (count > bytes.length * mostDeltasPerByte) throw new Error("a page's lengths are damaged");
  const prefixes = new Int32Array(count);
  deltaBinaryUnpack(reader, count, prefixes);
  const suffixes = new Int32Array(count);
  deltaBinaryUnpack(reader, count, suffixes);
  let before = 0;
  for (let i = 0; i < count; i++) {
    const [prefix, suffix] = [prefixes[i], suffixes[i]];
    if (prefix < 0 || suffix < 0 || prefix > before || suffix > bytes.length) {
      throw new Error("a page's lengths are damaged");
    }
    before = prefix + suffix;
  }
}

/** A block of up to 2^16 equal deltas takes a few bytes. */
const mostDeltasPerByte = 1 << 16;

/** The count in the head of a delta-encoded stream: the third varint. */
function countOf(bytes: Uint8Array): number {
  let at = 0;
  let value = 0;
  for (let number = 0; number < 3; number++) {
    value = 0;
    for (let shift = 0;; shift += 7) {
      if (at >= bytes.length || shift > 28) throw new Error("a page's lengths are cut off");
      const byte = bytes[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
  }
  return value;
}

function lengthAt(bytes: Uint8Array, at: number): number {
  if (at + lengthBytes > bytes.length) throw new Error("a page ends before its levels");
  return new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);
}

/** Bits that hold numbers up to `highest`. */
function widthOf(highest: number): number {
  return highest.toString(2).length;
}
