/**
 * Unpacks the compressed values of Arrow files: LZ4 frames, which pandas' `to_feather` writes unless told
 * otherwise, and Zstandard.
 *
 * @module
 */
import { zstdDecompressSync } from "node:zlib";
import { CompressionType, setCompressionCodec } from "@uwdata/flechette";
import type { FlatTable } from "./flat_buffer.ts";
import { unpackLz4Frame } from "./lz4_frame.ts";

const longBytes = 8;
/** Stands for a length where the values are stored as they are. */
const storedAsTheyAre = -1;
/** No array of bytes of a file that people keep is longer: 2 GiB. */
const mostBytes = 2 ** 31;

/** Gives so many bytes of what was packed. */
type Unpack = (packed: Uint8Array, length: number) => Uint8Array;

const codecs: Readonly<Record<number, Unpack>> = {
  [CompressionType.LZ4_FRAME]: unpackLz4Frame,
  [CompressionType.ZSTD]: unpackZstandard,
};

/** Lets the library unpack what it reads. */
export function useCompression(): void {
  for (const [type, decode] of Object.entries(codecs)) {
    setCompressionCodec(Number(type) as 0 | 1, {
      encode() {
        throw new Error("tunebook writes no compressed Arrow files");
      },
      decode,
    });
  }
}

/**
 * How the buffers of a message become values; as they are where the message has no compression. Both throw an
 * `Error` that says what is wrong.
 */
export function unpackingOf(message: FlatTable): (buffer: Uint8Array) => Uint8Array {
  const compression = message.table(10);
  if (!compression) return (buffer) => buffer;
  const [codec, way] = [compression.byte(4), compression.byte(6)];
  const unpack = codecs[codec];
  if (!unpack || way !== 0) throw new Error(`its compression (number ${codec}) is unknown`);
  return (buffer) => unpackBuffer(buffer, unpack);
}

/** A length, then the packed bytes: https://arrow.apache.org/docs/format/Columnar.html#compression. */
function unpackBuffer(buffer: Uint8Array, unpack: Unpack): Uint8Array {
  if (buffer.length === 0) return buffer;
  if (buffer.length < longBytes) throw new Error("a compressed column lacks its length");
  const view = new DataView(buffer.buffer, buffer.byteOffset, longBytes);
  const length = Number(view.getBigInt64(0, true));
  const packed = buffer.subarray(longBytes);
  if (length === storedAsTheyAre) return packed;
  if (!(length >= 0 && length < mostBytes)) {
    throw new Error(`a compressed column claims ${length} bytes`);
  }
  return unpack(packed, length);
}

function unpackZstandard(packed: Uint8Array, length: number): Uint8Array {
  // More output than that is an error of the library.
  const found = zstdDecompressSync(packed, { maxOutputLength: Math.max(length, 1) });
  if (found.length === length) return new Uint8Array(found.buffer, found.byteOffset, length);
  throw new Error(`a compressed column holds ${found.length} of the ${length} bytes it claims`);
}
