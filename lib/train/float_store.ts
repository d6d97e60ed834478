/**
 * A long list of numbers, in memory or, where that would be too much, in a temporary file.
 *
 * @module
 */

/** Numbers by position. */
export interface FloatStore extends AsyncDisposable {
  write(at: number, numbers: Float32Array): void;
  /** Fills `target` with the numbers from `at`. */
  read(at: number, target: Float32Array): void;
}

/** The most bytes that a store keeps in memory unless told otherwise. */
const maxBytesInMemory = 1e9;

/** Opens a store for `size` numbers. */
export async function openFloatStore(
  size: number,
  maxBytes: number = maxBytesInMemory,
): Promise<FloatStore> {
  if (size * Float32Array.BYTES_PER_ELEMENT > maxBytes) return await fileStore();
  const all = new Float32Array(size);
  return {
    write: (at, numbers) => all.set(numbers, at),
    read: (at, target) => target.set(all.subarray(at, at + target.length)),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

async function fileStore(): Promise<FloatStore> {
  const path = await Deno.makeTempFile({ prefix: "tunebook-" });
  const file = await Deno.open(path, { read: true, write: true });
  const seek = (at: number) =>
    file.seekSync(at * Float32Array.BYTES_PER_ELEMENT, Deno.SeekMode.Start);
  const bytesOf = ({ buffer, byteOffset, byteLength }: Float32Array) =>
    new Uint8Array(buffer, byteOffset, byteLength);
  return {
    write(at, numbers) {
      seek(at);
      const bytes = bytesOf(numbers);
      for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
    },
    read(at, target) {
      seek(at);
      const bytes = bytesOf(target);
      for (let done = 0; done < bytes.length;) {
        done += file.readSync(bytes.subarray(done)) ?? bytes.length;
      }
    },
    async [Symbol.asyncDispose]() {
      file.close();
      await Deno.remove(path);
    },
  };
}
