/**
 * The messages of an Arrow file or stream, checked before the library reads them: every length and
 * offset of the description, and that a file's index at its end says the same as the messages
 * (https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc).
 *
 * @module
 */
import { FlatBuffer, type FlatTable } from "./flat_buffer.ts";

/** What an Arrow file (not a stream) begins and ends with. */
const fileMark = new TextEncoder().encode("ARROW1");
/** The mark is filled up to eight bytes at the front. */
const messagesStart = 8;
const lengthBytes = 4;
/** Comes before a message's length since version 0.15. */
const continuation = -1;
const nodeBytes = 16;
const bufferBytes = 16;
const blockBytes = 24;
const longBytes = 8;
const deepestNesting = 64;
const header = { schema: 1, dictionary: 2, batch: 3 } as const;

/** A message: what it is, and where it stands. */
interface Message {
  readonly type: number;
  readonly start: number;
  readonly metadataBytes: number;
  readonly bodyBytes: number;
}

/** Throws an `Error` that says what is wrong. */
export function checkArrowFrame(bytes: Uint8Array): void {
  if (bytes.length === 0) throw new Error("it is empty");
  const isFile = startsWith(bytes, fileMark);
  if (isFile && !startsWith(bytes.subarray(-fileMark.length), fileMark)) {
    throw new Error("its end is missing");
  }
  if (!isFile) return void checkMessages(bytes, 0);
  const footerEnd = bytes.length - fileMark.length - lengthBytes;
  const footerBytes = footerEnd > messagesStart ? intAt(bytes, footerEnd) : -1;
  if (!(footerBytes > 0 && footerBytes <= footerEnd - messagesStart)) {
    throw new Error("the length of its index is damaged");
  }
  const { messages, schema } = checkMessages(
    bytes.subarray(0, footerEnd - footerBytes),
    messagesStart,
  );
  checkIndex(bytes.subarray(footerEnd - footerBytes, footerEnd), messages, schema);
}

/** Walks over all messages up to the mark of their end, or to the end of the bytes. */
function checkMessages(
  bytes: Uint8Array,
  start: number,
): { messages: Message[]; schema: string } {
  const messages: Message[] = [];
  let schema: string | undefined;
  for (let at = start; at < bytes.length;) {
    const first = at;
    let length = intAt(bytes, at);
    at += lengthBytes;
    if (length === continuation) {
      length = intAt(bytes, at);
      at += lengthBytes;
    }
    if (length === 0) break;
    if (!(length > 0 && at + length <= bytes.length)) {
      throw new Error(`a message at byte ${first} claims ${length} bytes`);
    }
    const flat = new FlatBuffer(bytes.subarray(at, at + length));
    at += length;
    const message = flat.root();
    const type = message.byte(6);
    const bodyBytes = message.long(10);
    if (!(bodyBytes >= 0 && at + bodyBytes <= bytes.length)) {
      throw new Error(`a message at byte ${first} claims ${bodyBytes} bytes of values`);
    }
    at += bodyBytes;
    const content = message.table(8);
    if (!content) throw new Error(`a message at byte ${first} has no content`);
    if (type === header.schema) schema ??= describeSchema(content);
    else if (type === header.dictionary || type === header.batch) {
      if (schema === undefined) throw new Error("its values come before their description");
      const batch = type === header.batch ? content : content.table(6);
      if (!batch) throw new Error(`a message at byte ${first} has no values`);
      checkBatch(batch, flat, bodyBytes);
    } else throw new Error(`a message at byte ${first} is of an unknown kind`);
    messages.push({ type, start: first, metadataBytes: at - bodyBytes - first, bodyBytes });
  }
  if (schema === undefined) throw new Error("it does not describe its columns");
  return { messages, schema };
}

/** The index at a file's end names every message with its lengths, and repeats the columns. */
function checkIndex(bytes: Uint8Array, messages: readonly Message[], schema: string): void {
  const flat = new FlatBuffer(bytes);
  const footer = flat.root();
  const own = footer.table(6);
  if (!own || describeSchema(own) !== schema) {
    throw new Error("its index describes other columns than its start");
  }
  for (const [slot, type, name] of [[8, header.dictionary, "dictionaries"], [10, header.batch, "blocks of rows"]] as const) {
    const wanted = messages.filter((each) => each.type === type);
    const found = footer.structs(slot, blockBytes).map((at) => ({
      start: flat.long(at),
      metadataBytes: flat.view.getInt32(at + longBytes, true),
      bodyBytes: flat.long(at + 2 * longBytes),
    }));
    if (found.length !== wanted.length) {
      throw new Error(`its index names ${found.length} of ${wanted.length} ${name}`);
    }
    const same = wanted.every((message) =>
      found.some((each) =>
        each.start === message.start && each.metadataBytes === message.metadataBytes &&
        each.bodyBytes === message.bodyBytes
      )
    );
    if (!same) throw new Error(`its index names other ${name} than it has`);
  }
}

/** Lengths of a batch must fit each other and lie in its body. */
function checkBatch(batch: FlatTable, flat: FlatBuffer, bodyBytes: number): void {
  const rows = batch.long(4);
  if (rows < 0) throw new Error(`a block claims ${rows} rows`);
  for (const at of batch.structs(6, nodeBytes)) {
    const [length, missing] = [flat.long(at), flat.long(at + longBytes)];
    if (length < 0 || missing < -1 || missing > length) {
      throw new Error(`a column claims ${length} values, ${missing} of them missing`);
    }
  }
  for (const at of batch.structs(8, bufferBytes)) {
    const [offset, length] = [flat.long(at), flat.long(at + longBytes)];
    if (offset < 0 || length < 0 || offset + length > bodyBytes) {
      throw new Error("a column's values lie beyond the data");
    }
  }
  batch.table(10);
  for (const at of batch.structs(12, longBytes)) {
    if (!(flat.long(at) >= 0 && flat.long(at) <= bodyBytes)) {
      throw new Error("a column claims too many buffers");
    }
  }
}

/** Type → the slots of its settings: 1, 2 or 4 bytes each. */
const typeSettings: Readonly<Record<number, readonly (readonly [slot: number, bytes: number])[]>> = {
  2: [[4, 4], [6, 1]], // integer: bits, sign
  3: [[4, 2]], // floating point: precision
  7: [[4, 4], [6, 4], [8, 4]], // decimal: precision, scale, bits
  8: [[4, 2]], // date: unit
  9: [[4, 2], [6, 4]], // time: unit, bits
  10: [[4, 2]], // timestamp: unit
  14: [[4, 2]], // union: mode
  15: [[4, 4]], // binary of one size
  16: [[4, 4]], // list of one size
  18: [[4, 2]], // duration: unit
};

/** Names and types of all columns in one text, by which two descriptions are compared. */
function describeSchema(schema: FlatTable): string {
  schema.tables(8).forEach(describePair);
  return JSON.stringify([schema.short(4), schema.tables(6).map((field) => describeField(field, 0))]);
}

function describeField(field: FlatTable, depth: number): unknown {
  if (depth > deepestNesting) throw new Error("its columns are nested too deep");
  const type = field.byte(8);
  const settings = field.table(10);
  const dictionary = field.table(12);
  const index = dictionary?.table(6);
  field.tables(16).forEach(describePair);
  return [
    field.text(4),
    field.byte(6),
    type,
    settings && describeType(type, settings),
    dictionary && [dictionary.long(4), index && describeType(2, index), dictionary.byte(8)],
    field.tables(14).map((child) => describeField(child, depth + 1)),
  ];
}

function describeType(type: number, settings: FlatTable): readonly unknown[] {
  const read = { 1: settings.byte, 2: settings.short, 4: settings.int };
  if (type === 10) settings.text(6);
  if (type === 14) settings.structs(6, lengthBytes);
  return (typeSettings[type] ?? []).map(([slot, bytes]) => read[bytes as keyof typeof read](slot));
}

/** Reads a key and its value, to see that they are whole. */
function describePair(pair: FlatTable): void {
  pair.text(4);
  pair.text(6);
}

function intAt(bytes: Uint8Array, at: number): number {
  if (at + lengthBytes > bytes.length) throw new Error("it ends within a message");
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(at, true);
}

function startsWith(bytes: Uint8Array, mark: Uint8Array): boolean {
  return mark.every((byte, index) => bytes[index] === byte);
}
