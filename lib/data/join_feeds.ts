/**
 * Batches of text that several examples made → one batch.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";

/**
 * Puts padded batches under each other and pads all to the longest. Feeds of tokens are [rows, tokens] of
 * int32; ids are padded with `padId`, all others with 0. Others, such as pixels, have one size.
 */
export function joinFeeds(
  batches: readonly Readonly<Record<string, HostTensor>>[],
  padId: number,
): Record<string, HostTensor> {
  const [first] = batches;
  return Object.fromEntries(
    Object.keys(first).map((name) => {
      const parts = batches.map((batch) => batch[name]);
      if (parts[0].shape.length !== 2) return [name, underEachOther(parts)];
      const rows = parts.reduce((sum, { shape }) => sum + shape[0], 0);
      const length = Math.max(...parts.map(({ shape }) => shape[1]));
      const data = new Int32Array(rows * length).fill(name === "input_ids" ? padId : 0);
      let row = 0;
      for (const { shape: [own, tokens], data: from } of parts) {
        for (let at = 0; at < own; at++, row++) {
          data.set(
            (from as Int32Array).subarray(at * tokens, (at + 1) * tokens),
            row * length,
          );
        }
      }
      return [name, { shape: [rows, length], data }];
    }),
  );
}

/** Feeds of float32 that differ in rows alone. */
function underEachOther(parts: readonly HostTensor[]): HostTensor {
  const rows = parts.reduce((sum, { shape }) => sum + shape[0], 0);
  const data = new Float32Array(parts.reduce((sum, part) => sum + part.data.length, 0));
  let at = 0;
  for (const part of parts) {
    data.set(part.data as Float32Array, at);
    at += part.data.length;
  }
  return { shape: [rows, ...parts[0].shape.slice(1)], data };
}
