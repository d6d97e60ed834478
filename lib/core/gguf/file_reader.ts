/**
 * Reads numbers and texts of a GGUF file one after the other, and no byte beyond its end.
 *
 * @module
 */
import { TunebookError } from "../errors.ts";

/** Where the reader stands, and what it can read. Every `field` names the value in errors. */
export interface FileReader {
  /** Bytes from the start of the file to the next value. */
  readonly at: number;
  /** How many bytes are left. */
  readonly left: number;
  /** A view of the next bytes, and the offset of the first of them in it; they count as read. */
  take(bytes: number, field: string): [view: DataView, offset: number];
  /** Passes over bytes. */
  skip(bytes: number, field: string): void;
  /** An unsigned integer of 32 bits. */
  uint32(field: string): number;
  /** An unsigned integer of 64 bits. Larger than 2^53 is an error. */
  uint64(field: string): number;
  /** A text: its length as 64 bits, then UTF-8. */
  text(field: string): string;
}

/** Enough for most headers without a vocabulary. */
const chunkBytes = 2 ** 18;
/** Keeps a mark of byte order at the start of a text: vocabularies have one as a token. */
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Reads an open file of `size` bytes from `start` on. Errors are of kind "weights". */
export function fileReader(
  path: string,
  file: Deno.FsFile,
  size: number,
  start = 0,
): FileReader {
  let at = start;
  let chunkStart = 0;
  let chunk = new DataView(new ArrayBuffer(0));
  const check = (bytes: number, field: string) => {
    if (bytes <= size - at) return;
    throw new TunebookError(
      "weights",
      `${path} ends within ${field}: it takes ${bytes} bytes, and ${size - at} are left. The ` +
        "file is incomplete; fetch it again",
    );
  };
  const load = (bytes: number) => {
    const whole = new Uint8Array(Math.min(size - at, Math.max(bytes, chunkBytes)));
    file.seekSync(at, Deno.SeekMode.Start);
    for (let done = 0; done < whole.length;) {
      const read = file.readSync(whole.subarray(done));
      if (read === null) {
        throw new TunebookError("weights", `${path} became shorter while it was read`);
      }
      done += read;
    }
    chunkStart = at;
    chunk = new DataView(whole.buffer);
  };
  const reader: FileReader = {
    get at() {
      return at;
    },
    get left() {
      return size - at;
    },
    take(bytes, field) {
      check(bytes, field);
      if (at < chunkStart || at + bytes > chunkStart + chunk.byteLength) load(bytes);
      const offset = at - chunkStart;
      at += bytes;
      return [chunk, offset];
    },
    skip(bytes, field) {
      check(bytes, field);
      at += bytes;
    },
    uint32(field) {
      const [view, offset] = reader.take(4, field);
      return view.getUint32(offset, true);
    },
    uint64(field) {
      const [view, offset] = reader.take(8, field);
      const value = view.getBigUint64(offset, true);
      if (value <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(value);
      throw new TunebookError("weights", `${path}: ${field} is ${value}, which no file can hold`);
    },
    text(field) {
      const length = reader.uint64(`the length of ${field}`);
      const [{ buffer }, offset] = reader.take(length, field);
      try {
        return utf8.decode(new Uint8Array(buffer, offset, length));
      } catch (error) {
        throw new TunebookError("weights", `${path}: ${field} is no text in UTF-8`, {
          cause: error,
        });
      }
    },
  };
  return reader;
}
