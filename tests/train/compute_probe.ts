/**
 * Machines for tests of `compute: "auto"`: a processor, and a clock by which steps take what they are told to.
 *
 * @module
 */
import assert from "node:assert/strict";
import type { HostProcessor } from "../../lib/engine/mod.ts";
import type { ComputeProbe } from "../../lib/train/choose_compute.ts";

/** A processor that may win with eight bits. */
export const withBytes: HostProcessor = { name: "new", flags: new Set(["avx2", "avx_vnni"]) };

/** A clock by which the measured blocks take so long, in the order in which they run. */
export function clockOf(durations: readonly number[]): () => number {
  let [now, calls] = [0, 0];
  return () => calls++ % 2 === 0 ? now : now += durations[(calls >> 1) - 1];
}

/** The blocks of four rounds: float32, int8, then int8, float32, and so on. */
export function inTurns(float32: readonly number[], int8: readonly number[]): number[] {
  return float32.flatMap((each, round) =>
    round % 2 === 0 ? [each, int8[round]] : [int8[round], each]
  );
}

/** Makes `auto` find that a step takes so long. */
export function probeOf(float32: number, int8: number): ComputeProbe {
  const four = (value: number) => Array(4).fill(3 * value);
  return { clock: clockOf(inTurns(four(float32), four(int8))), processor: () => withBytes };
}

/** No measurement may take place. */
export const unasked: ComputeProbe = {
  clock: () => assert.fail("it was measured"),
  processor: () => withBytes,
};
