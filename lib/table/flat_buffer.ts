/**
 * Reads FlatBuffers and believes no offset: each one must point forward and stay inside, so that what
 * has been looked at once can be read by a library without end or surprise
 * (https://flatbuffers.dev/internals/).
 *
 * @module
 */

const offsetBytes = 4;
const shortBytes = 2;

/** A table of a FlatBuffer. */
export interface FlatTable {
  /** Where the value of a slot (4, 6, 8 …) lies, or `undefined` where the table has none. */
  field(slot: number, bytes: number): number | undefined;
  byte(slot: number, absent?: number): number;
  short(slot: number, absent?: number): number;
  int(slot: number, absent?: number): number;
  /** A 64-bit number; beyond 2^53 is an error. */
  long(slot: number, absent?: number): number;
  text(slot: number): string;
  table(slot: number): FlatTable | undefined;
  tables(slot: number): FlatTable[];
  /** Where the structs of a vector lie. */
  structs(slot: number, bytes: number): number[];
}

/** A FlatBuffer. */
export class FlatBuffer {
  readonly view: DataView;
  /** A tree cannot have more tables than it has bytes for their offsets. */
  #tablesLeft: number;

  constructor(bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#tablesLeft = bytes.byteLength / offsetBytes;
  }

  /** The table that the buffer begins with. */
  root(): FlatTable {
    return this.#tableAt(this.#pointer(0));
  }

  /** A 64-bit number. */
  long(at: number): number {
    this.#check(at, 2 * offsetBytes);
    const value = Number(this.view.getBigInt64(at, true));
    if (!Number.isSafeInteger(value)) throw new Error("a number of its description is too large");
    return value;
  }

  #tableAt(at: number): FlatTable {
    if (this.#tablesLeft-- <= 0) throw new Error("its description refers to itself");
    this.#check(at, offsetBytes);
    const slots = at - this.view.getInt32(at, true);
    this.#check(slots, 2 * shortBytes);
    const slotsBytes = this.view.getUint16(slots, true);
    const tableBytes = this.view.getUint16(slots + shortBytes, true);
    if (slotsBytes < 2 * shortBytes || slotsBytes % shortBytes !== 0) {
      throw new Error("a part of its description is damaged");
    }
    this.#check(slots, slotsBytes);
    this.#check(at, tableBytes);
    const field = (slot: number, bytes: number) => {
      const offset = slot < slotsBytes ? this.view.getUint16(slots + slot, true) : 0;
      if (offset === 0) return undefined;
      if (offset < offsetBytes || offset + bytes > tableBytes) {
        throw new Error("a part of its description lies beyond it");
      }
      return at + offset;
    };
    const number = (read: (at: number) => number, bytes: number) => (slot: number, absent = 0) => {
      const found = field(slot, bytes);
      return found === undefined ? absent : read(found);
    };
    const vector = (slot: number, bytes: number) => {
      const found = field(slot, offsetBytes);
      return found === undefined ? [] : this.#vector(found, bytes);
    };
    return {
      field,
      byte: number((at) => this.view.getUint8(at), 1),
      short: number((at) => this.view.getInt16(at, true), shortBytes),
      int: number((at) => this.view.getInt32(at, true), offsetBytes),
      long: number((at) => this.long(at), 2 * offsetBytes),
      text: (slot) => {
        const bytes = vector(slot, 1);
        const start = bytes[0] ?? 0;
        const { buffer, byteOffset } = this.view;
        return new TextDecoder().decode(new Uint8Array(buffer, byteOffset + start, bytes.length));
      },
      table: (slot) => {
        const found = field(slot, offsetBytes);
        return found === undefined ? undefined : this.#tableAt(this.#pointer(found));
      },
      tables: (slot) => vector(slot, offsetBytes).map((at) => this.#tableAt(this.#pointer(at))),
      structs: vector,
    };
  }

  #vector(at: number, bytes: number): number[] {
    const start = this.#pointer(at);
    this.#check(start, offsetBytes);
    const length = this.view.getUint32(start, true);
    this.#check(start + offsetBytes, length * bytes);
    return Array.from({ length }, (_, i) => start + offsetBytes + i * bytes);
  }

  /** Where an offset at `at` points; always forward, so that nothing contains itself. */
  #pointer(at: number): number {
    this.#check(at, offsetBytes);
    const offset = this.view.getUint32(at, true);
    if (offset < offsetBytes) throw new Error("a part of its description points nowhere");
    return at + offset;
  }

  #check(at: number, bytes: number): void {
    if (at >= 0 && at + bytes <= this.view.byteLength) return;
    throw new Error("a part of its description lies beyond it");
  }
}
