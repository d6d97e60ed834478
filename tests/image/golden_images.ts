/** The images of `tests/golden/make_images.py` and what Python makes of them. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where they stand. */
export const goldenImages = fileURLToPath(new URL("../golden/images", import.meta.url));

/** The bytes of one of them. */
export function goldenBytes(name: string): Promise<Uint8Array<ArrayBuffer>> {
  return Deno.readFile(join(goldenImages, name));
}

/** An array of Python's. */
export interface GoldenArray {
  readonly shape: readonly number[];
  readonly data: Uint8Array | Float32Array;
}

interface Entry {
  readonly dtype: "U8" | "F32";
  readonly shape: number[];
  readonly data_offsets: [number, number];
}

/** The arrays of a file of safetensors, by name. */
export async function goldenArrays(name: string): Promise<Map<string, GoldenArray>> {
  const { buffer } = await goldenBytes(name);
  const length = Number(new DataView(buffer).getBigUint64(0, true));
  const header: Record<string, Entry> = JSON.parse(
    new TextDecoder().decode(new Uint8Array(buffer, 8, length)),
  );
  return new Map(
    Object.entries(header).map(([key, { dtype, shape, data_offsets: [from, to] }]) => {
      const bytes = buffer.slice(8 + length + from, 8 + length + to);
      return [key, {
        shape,
        data: dtype === "U8" ? new Uint8Array(bytes) : new Float32Array(bytes),
      }];
    }),
  );
}

/** The largest difference of two lists of numbers. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  let most = a.length === b.length ? 0 : Infinity;
  for (let at = 0; at < a.length; at++) most = Math.max(most, Math.abs(a[at] - b[at]));
  return most;
}
