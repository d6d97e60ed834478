/**
 * The messages of an Arrow file or stream, checked before the library reads them: every length and
 * offset of the description, and that a file's index at its end says the same as the messages
 * (https://arrow.apache.org/docs/format/Columnar.html#serialization-and-interprocess-communication-ipc).
 *
 * @module
 */
import { type ArrowField, arrowFields } from "./arrow_fields.ts";
import { checkLayout } from "./arrow_layout.ts";
import { FlatBuffer } from "./flat_buffer.ts";

/** What an Arrow file (not a stream) begins and ends with. */
const fileMark = new TextEncoder().encode("ARROW1");
/** The mark is filled up to eight bytes at the front. */
const messagesStart = 8;
const lengthBytes = 4;
/** Comes before a message's length since version 0.15. */
const continuation = -1;
const blockBytes = 24;
const longBytes = 8;
/** The version in which unions lost their map of what is missing. */
const version5 = 4;
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
  const endsAsFile = startsWith(bytes.subarray(-fileMark.length), fileMark);
  if (isFile && !endsAsFile) throw new Error("its end is missing");
  if (!isFile && endsAsFile) throw new Error("its first bytes are damaged");
  if (!isFile) return void checkMessages(bytes, 0);
  const footerEnd = bytes.length - fileMark.length - lengthBytes;
  const footerBytes = footerEnd > messagesStart ? intAt(bytes, footerEnd) : -1;
  if (!(footerBytes > 0 && footerBytes <= footerEnd - messagesStart)) {
    throw new Error("the length of its index is damaged");
  }
  const told = checkMessages(bytes.subarray(0, footerEnd - footerBytes), messagesStart);
  checkIndex(bytes.subarray(footerEnd - footerBytes, footerEnd), told);
}

/** What the messages say, up to the present one. */
interface Told {
  readonly messages: Message[];
  /** The columns, once they are described. */
  fields?: readonly ArrowField[];
  readonly dictionaries: Map<number, number>;
}

/** Walks over all messages up to the mark of their end, or to the end of the bytes. */
function checkMessages(bytes: Uint8Array, start: number): Told {
  const told: Told = { messages: [], dictionaries: new Map() };
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
    const bodyBytes = flat.root().long(10);
    if (!(bodyBytes >= 0 && at + bodyBytes <= bytes.length)) {
      throw new Error(`a message at byte ${first} claims ${bodyBytes} bytes of values`);
    }
    const type = checkMessage(flat, bytes.subarray(at, at + bodyBytes), told, first);
    told.messages.push({ type, start: first, metadataBytes: at - first, bodyBytes });
    at += bodyBytes;
  }
  if (!told.fields) throw new Error("it does not describe its columns");
  return told;
}

/** Checks one message; returns what it is. */
function checkMessage(flat: FlatBuffer, body: Uint8Array, told: Told, first: number): number {
  const message = flat.root();
  const [type, content] = [message.byte(6), message.table(8)];
  if (!content) throw new Error(`a message at byte ${first} has no content`);
  if (type === header.schema) {
    told.fields ??= arrowFields(content);
    return type;
  }
  const { fields, dictionaries } = told;
  if (!fields) throw new Error("its values come before their description");
  const shared = { flat, body, unionsHaveMaps: message.short(4) < version5 };
  if (type === header.batch) {
    checkLayout({ ...shared, table: content }, fields, dictionaries);
    return type;
  }
  if (type !== header.dictionary) {
    throw new Error(`a message at byte ${first} is of an unknown kind`);
  }
  const [id, table] = [content.long(4), content.table(6)];
  const field = dictionaryField(fields, id);
  if (!table || !field) throw new Error(`a message at byte ${first} is a dictionary of nothing`);
  const { dictionary: _, ...values } = field;
  const size = checkLayout({ ...shared, table }, [values], dictionaries);
  const isDelta = content.byte(8) !== 0;
  dictionaries.set(id, size + (isDelta ? dictionaries.get(id) ?? 0 : 0));
  return type;
}

function dictionaryField(fields: readonly ArrowField[], id: number): ArrowField | undefined {
  for (const field of fields) {
    const found = field.dictionary?.id === id ? field : dictionaryField(field.children, id);
    if (found) return found;
  }
}

/** The index at a file's end names every message with its lengths, and repeats the columns. */
function checkIndex(bytes: Uint8Array, { messages, fields }: Told): void {
  const flat = new FlatBuffer(bytes);
  const footer = flat.root();
  const own = footer.table(6);
  if (!own || JSON.stringify(arrowFields(own)) !== JSON.stringify(fields)) {
    throw new Error("its index describes other columns than its start");
  }
  for (
    const [slot, type, name] of [[8, header.dictionary, "dictionaries"], [
      10,
      header.batch,
      "blocks of rows",
    ]] as const
  ) {
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

function intAt(bytes: Uint8Array, at: number): number {
  if (at + lengthBytes > bytes.length) throw new Error("it ends within a message");
  return new DataView(bytes.buffer, bytes.byteOffset).getInt32(at, true);
}

function startsWith(bytes: Uint8Array, mark: Uint8Array): boolean {
  return mark.every((byte, index) => bytes[index] === byte);
}
