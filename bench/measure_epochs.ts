/**
 * Whole epochs over a data set on both sides, in turns.
 *
 * @module
 */
import { join } from "node:path";
import type { EpochCase } from "./cases.ts";
import { measureBeside, type PeerResult, type Turn } from "./measure_beside.ts";
import type { MeasureOptions } from "./measure_steps.ts";
import { trainerWays } from "./peer_ways.ts";
import { megabytesOf, opened, startOurs, startPeer } from "./sides.ts";

/** A training of a side. */
export interface Epoch extends Turn {
  /** Before the loop: loading or compiling the model. */
  readonly prepareSeconds: number;
  /** Mean over all steps. */
  readonly loss: number;
  /** Tokens that the model computed, padding included. */
  readonly tokens: number;
}

/** What came of an epoch case. */
export interface EpochResult extends PeerResult {
  readonly kind: "epoch";
  readonly name: string;
  readonly examples: number;
  /** Tokens of all examples, without padding. */
  readonly tokens: number;
  /** Median of the loop, the last epoch, divided by that of Trainer's fastest way. */
  readonly ratio: number;
  /** Peak resident memory of our process, and ours divided by that of Trainer's fastest way. */
  readonly ourMegabytes: number;
  readonly memoryRatio: number;
}

/** Measures an epoch on both sides, on the same examples. */
export async function measureEpochs(
  { name, data, maxTokens, rows, method, epochs }: EpochCase,
  { rounds, threads, ways }: MeasureOptions,
): Promise<EpochResult> {
  console.error(`${name}: ${rounds} rounds of an epoch a side`);
  const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
  const file = join(folder, "data.json");
  let about: Record<string, unknown> = {};
  try {
    const ours = await opened(() => startOurs("our_trainer.ts"), async (side) => {
      const setup = { cmd: "setup", data, maxTokens, rows, method, epochs, threads, file };
      about = await side.ask(setup);
      await side.ask({ cmd: "first" });
    });
    try {
      const peers = await measureBeside([ours], trainerWays, {
        name,
        rounds,
        only: ways,
        open: (settings) =>
          opened(
            () => startPeer("peer_trainer.py"),
            (side) => side.ask({ cmd: "setup", threads, file, ...settings }),
          ),
        warmUp: async (side) => await side.ask({ cmd: "first" }) as unknown as Turn,
        turn: async (side) => await side.ask({ cmd: "epoch" }) as unknown as Epoch,
      });
      const ourMegabytes = await megabytesOf(ours);
      return {
        kind: "epoch",
        name,
        examples: Number(about.examples),
        tokens: Number(about.tokens),
        ...peers,
        ratio: peers.fastest.ratio,
        ourMegabytes,
        memoryRatio: ourMegabytes / peers.fastest.peerMegabytes,
      };
    } finally {
      await ours.stop();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
