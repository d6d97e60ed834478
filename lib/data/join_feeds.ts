/**
 * Batches of text that several examples made → one batch.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";

/**
 * Puts padded batches under each other and pads all to the longest. The feeds are [rows, tokens] of
 * int32 each; ids are padded with `padId`, all others with 0.
 */
export function joinFeeds(
  batches: readonly Readonly<Record<string, HostTensor>>[],
  padId: number,
): Record<string, HostTensor> {
  const [first] = batches;
  return Object.fromEntries(
    Object.keys(first).map((name) => {
      const parts = batches.map((batch) => batch[name]);
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
