/**
 * The time from the start of a process to the end of its first training step, on both sides.
 *
 * @module
 */
import { join } from "node:path";
import type { FirstStepCase } from "./cases.ts";
import { median } from "./median.ts";
import type { MeasureOptions } from "./measure_steps.ts";
import { rest, type Side, startOurs, startPeer } from "./sides.ts";

/** What came of it. */
export interface FirstStepResult {
  readonly kind: "first step";
  readonly name: string;
  /** Median seconds. */
  readonly ours: number;
  readonly peer: number;
  /** ours / peer */
  readonly ratio: number;
  readonly times: { readonly ours: readonly number[]; readonly peer: readonly number[] };
}

/**
 * Measures both sides. Ours reads the table, splits and encodes it; the peer finds the rows
 * encoded.
 */
export async function measureFirstStep(
  { name, data, maxTokens }: FirstStepCase,
  { rounds, threads }: MeasureOptions,
): Promise<FirstStepResult> {
  console.error(`${name}: ${rounds} processes a side`);
  const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
  const file = join(folder, "data.json");
  const forOurs = { cmd: "setup", data, maxTokens, threads };
  const forPeer = { cmd: "setup", threads, file };
  try {
    await withSide(() => startOurs("our_trainer.ts"), (side) => side.ask({ ...forOurs, file }));
    const times: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
    for (let round = 0; round < rounds; round++) {
      times.ours.push(await secondsToFirst(() => startOurs("our_trainer.ts"), forOurs));
      times.peer.push(await secondsToFirst(() => startPeer("peer_trainer.py"), forPeer));
    }
    const [ours, peer] = [median(times.ours), median(times.peer)];
    return { kind: "first step", name, ours, peer, ratio: ours / peer, times };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function secondsToFirst(start: () => Side, setup: Record<string, unknown>): Promise<number> {
  await rest();
  const began = performance.now();
  return await withSide(start, async (side) => {
    await side.ask(setup);
    await side.ask({ cmd: "first" });
    return (performance.now() - began) / 1000;
  });
}

async function withSide<Result>(
  start: () => Side,
  work: (side: Side) => Promise<Result>,
): Promise<Result> {
  const side = start();
  try {
    return await work(side);
  } finally {
    await side.stop();
  }
}
