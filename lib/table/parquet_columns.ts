/**
 * The columns of a Parquet file, read chunk by chunk. The library's own reader starts all chunks at
 * once, and one that is damaged can end the process; this one does one after the other and believes no
 * length that the file contradicts.
 *
 * @module
 */
import {
  type ColumnMetaData,
  type DecodedArray,
  type FileMetaData,
  parquetMetadata,
  parquetSchema,
  type RowGroup,
  type SchemaTree,
} from "hyparquet";
import { assembleNested } from "hyparquet/src/assemble.js";
import { parquetHeader } from "hyparquet/src/column.js";
import { DEFAULT_PARSERS } from "hyparquet/src/convert.js";
import { getPhysicalColumns, getTreePath, isFlatColumn } from "hyparquet/src/schema.js";
import { compressors } from "hyparquet-compressors";
import { readsDecimals } from "./decimals.ts";
import { type ChunkState, type ColumnDecoder, decodePage } from "./parquet_page.ts";

/** What the file ends with, after the length of its metadata. */
const tailBytes = 8;

/** Reads all columns by name. Throws an `Error` that says what is wrong. */
export function parquetColumns(file: ArrayBuffer): (readonly [string, unknown[]])[] {
  const metadata = parquetMetadata(file, { geoparquet: false });
  const tree = parquetSchema(metadata);
  checkMetadata(metadata, tree, file.byteLength);
  const rows = Number(metadata.num_rows);
  const columns = tree.children.map((child) => ({
    child,
    exact: readsDecimals(child),
    values: new Array<unknown>(rows),
  }));
  let start = 0;
  for (const group of metadata.row_groups) {
    const count = Number(group.num_rows);
    if (count === 0) continue;
    const chunks = group.columns.map(({ meta_data }) => chunkValues(file, tree, meta_data!, count));
    for (const { child, exact, values } of columns) {
      const found = valuesOf(child, group, chunks, count);
      for (let row = 0; row < count; row++) values[start + row] = exact(found[row] ?? null);
    }
    start += count;
  }
  return columns.map(({ child, values }) => [child.element.name, values] as const);
}

/** Lengths and numbers of rows must agree with each other and with the file. */
function checkMetadata(metadata: FileMetaData, tree: SchemaTree, fileBytes: number): void {
  const { num_rows, row_groups, metadata_length } = metadata;
  const leaves = getPhysicalColumns(tree);
  let rows = 0n;
  row_groups.forEach((group, i) => {
    const place = `row group ${i + 1}`;
    rows += group.num_rows;
    if (!(group.num_rows >= 0n)) throw new Error(`${place} has a negative number of rows`);
    const paths = group.columns.map(({ meta_data }) => meta_data?.path_in_schema.join("."));
    if (String(paths) !== String(leaves)) {
      throw new Error(`${place} has other columns than the schema`);
    }
    for (const { meta_data, file_path } of group.columns) {
      if (file_path) throw new Error("its values are in another file");
      checkChunk(meta_data!, tree, group, fileBytes - tailBytes - metadata_length);
    }
  });
  if (rows !== num_rows) throw new Error(`${rows} rows instead of ${num_rows}`);
}

function checkChunk(
  { path_in_schema: path, ...chunk }: ColumnMetaData,
  tree: SchemaTree,
  { num_rows }: RowGroup,
  dataBytes: number,
): void {
  const place = `column ${JSON.stringify(path.join("."))}`;
  const start = startOf(chunk);
  const { total_compressed_size: bytes, total_uncompressed_size: most, num_values } = chunk;
  if (!(start >= 0n && bytes >= 0n && start + bytes <= BigInt(dataBytes))) {
    throw new Error(`${place} lies beyond the data`);
  }
  if (!(most >= 0n && num_values >= 0n)) throw new Error(`${place} claims negative lengths`);
  if (isFlatColumn(getTreePath(tree, path)) && num_values !== num_rows) {
    throw new Error(`${place} claims ${num_values} values in ${num_rows} rows`);
  }
}

function startOf(
  chunk: Pick<ColumnMetaData, "dictionary_page_offset" | "data_page_offset">,
): bigint {
  return chunk.dictionary_page_offset || chunk.data_page_offset;
}

/** All values of one chunk; for nested columns the lists that they are in. */
function chunkValues(
  file: ArrayBuffer,
  tree: SchemaTree,
  meta: ColumnMetaData,
  rows: number,
): DecodedArray {
  const schemaPath = getTreePath(tree, meta.path_in_schema);
  const { element } = schemaPath.at(-1)!;
  const decoder = {
    ...meta,
    pathInSchema: meta.path_in_schema,
    element,
    schemaPath,
    parsers: { ...DEFAULT_PARSERS, stringFromBytes: textReader(element, meta.path_in_schema) },
    compressors,
  } as unknown as ColumnDecoder;
  const chunk: ChunkState = {
    decoder,
    rest: {
      values: Number(meta.num_values),
      uncompressedBytes: Number(meta.total_uncompressed_size),
    },
  };
  const bytes = new Uint8Array(file, Number(startOf(meta)), Number(meta.total_compressed_size));
  const reader = {
    view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
    offset: 0,
  };
  const isFlat = isFlatColumn(schemaPath);
  const parts: DecodedArray[] = [];
  while (chunk.rest.values > 0 && reader.offset < bytes.length) {
    const header = parquetHeader(reader);
    const { compressed_page_size: size } = header;
    if (!(Number.isInteger(size) && size >= 0 && reader.offset + size <= bytes.length)) {
      throw new Error("a page reaches beyond its column");
    }
    const page = bytes.subarray(reader.offset, reader.offset += size);
    // A list may go on from one page to the next.
    const found = decodePage(header, page, chunk, isFlat ? undefined : parts.at(-1));
    if (found && found !== parts.at(-1)) parts.push(found);
  }
  const all = parts.length === 1 ? parts[0] : joined(parts);
  const place = `column ${JSON.stringify(meta.path_in_schema.join("."))}`;
  if (chunk.rest.values > 0) throw new Error(`${place} lacks ${chunk.rest.values} values`);
  if (all.length !== rows) throw new Error(`${place} has ${all.length} of ${rows} rows`);
  if (isFlat && Array.isArray(all) && all.includes(undefined)) {
    throw new Error(`${place} has values that are not in its dictionary`);
  }
  return all;
}

/**
 * Bytes → text. The library puts U+FFFD where bytes are no UTF-8: in a column of texts that is an error, and in
 * one of bytes that do not say what they are, such as pictures, they stay bytes.
 */
function textReader(
  { converted_type, logical_type }: SchemaTree["element"],
  path: readonly string[],
): (bytes: Uint8Array | undefined) => unknown {
  const isText = converted_type === "UTF8" || logical_type?.type === "STRING";
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return (bytes) => {
    if (!bytes) return bytes;
    try {
      return decoder.decode(bytes);
    } catch (error) {
      if (!isText) return bytes;
      throw new Error(`column ${JSON.stringify(path.join("."))} has a text that is not UTF-8`, {
        cause: error,
      });
    }
  };
}

/** The values of a top-level column; nested ones are put together out of their leaves. */
function valuesOf(
  child: SchemaTree,
  { columns }: RowGroup,
  chunks: readonly DecodedArray[],
  rows: number,
): ArrayLike<unknown> {
  const { name } = child.element;
  const own = columns.flatMap(({ meta_data }, i) =>
    meta_data!.path_in_schema[0] === name ? [[meta_data!.path_in_schema.join("."), i] as const] : []
  );
  if (child.children.length === 0) return chunks[own[0][1]];
  const leaves = new Map(own.map(([path, i]) => [path, chunks[i]]));
  assembleNested(leaves, child, DEFAULT_PARSERS);
  const made = leaves.get(child.path.join("."));
  if (made?.length !== rows) {
    throw new Error(`column ${JSON.stringify(name)} has ${made?.length ?? 0} of ${rows} rows`);
  }
  return made;
}

function joined(parts: readonly DecodedArray[]): unknown[] {
  const all = new Array<unknown>(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) for (let i = 0; i < part.length; i++) all[at++] = part[i];
  return all;
}
