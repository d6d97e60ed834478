/**
 * Unpacks LZ4 frames (https://github.com/lz4/lz4/blob/dev/doc/lz4_Frame_format.md). The frame is read
 * here, so that no length is believed and no checksum of a block is taken for its content; `lz4js`
 * unpacks the blocks.
 *
 * @module
 */
import lz4 from "lz4js";

const { decompressBlock } = lz4 as {
  /** Unpacks a block behind what was unpacked before; returns where that ends. */
  decompressBlock(
    source: Uint8Array,
    target: Uint8Array,
    at: number,
    length: number,
    targetAt: number,
  ): number;
};

const magic = 0x184d2204;
const wordBytes = 4;
const longBytes = 8;
/** Bits of the first byte behind the magic number. */
const flags = { version: 0xc0, blockSums: 0x10, contentSize: 0x08, dictionary: 0x01 } as const;
const version1 = 0x40;
/** Set in the length of a block that is stored as it is. */
const storedBit = 0x80000000;
/** A byte of a block stands for no more than so many of its content. */
const mostPerByte = 255;

/** The content of a frame, which must be of `length` bytes. Throws an `Error` that says what is wrong. */
export function unpackLz4Frame(frame: Uint8Array, length: number): Uint8Array {
  if (length > mostPerByte * frame.length) {
    throw new Error(`${frame.length} bytes of LZ4 claim to hold ${length}`);
  }
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  const word = (at: number) => {
    if (at + wordBytes > frame.length) throw new Error("an LZ4 frame ends too soon");
    return view.getUint32(at, true);
  };
  if (word(0) !== magic) throw new Error("an LZ4 frame does not begin as one");
  const has = frame[wordBytes];
  if ((has & flags.version) !== version1 || (has & flags.dictionary) !== 0) {
    throw new Error("an LZ4 frame is of an unknown kind");
  }
  // Flags, block size, the content's size where it is told, the header's checksum.
  let at = wordBytes + 2 + (has & flags.contentSize ? longBytes : 0) + 1;
  const content = new Uint8Array(length);
  let end = 0;
  for (let size = word(at); size !== 0; size = word(at)) {
    at += wordBytes;
    const isStored = size >= storedBit;
    const bytes = isStored ? size - storedBit : size;
    if (at + bytes > frame.length) throw new Error("an LZ4 block lies beyond the data");
    if (!isStored) end = decompressBlock(frame, content, at, bytes, end);
    else if (end + bytes <= length) {
      content.set(frame.subarray(at, at + bytes), end);
      end += bytes;
    } else end = Infinity;
    if (!(end <= length)) {
      throw new Error(`an LZ4 frame holds more than the ${length} bytes it claims`);
    }
    at += bytes + (has & flags.blockSums ? wordBytes : 0);
  }
  if (end !== length) throw new Error(`an LZ4 frame holds ${end} of the ${length} bytes it claims`);
  return content;
}
