/**
 * Whole epochs over a data set on both sides, in turns.
 *
 * @module
 */
import { join } from "node:path";
import type { EpochCase } from "./cases.ts";
import { median } from "./median.ts";
import type { MeasureOptions } from "./measure_steps.ts";
import { megabytesOf, rest, startOurs, startPeer } from "./sides.ts";

/** A training of a side. */
export interface Epoch {
  /** Of the last epoch, in the training loop. */
  readonly seconds: number;
  /** Before it: loading or compiling the model. */
  readonly prepareSeconds: number;
  /** Mean over all steps. */
  readonly loss: number;
  /** Tokens that the model computed, padding included. */
  readonly tokens: number;
}

/** How the peer can choose its batches. */
export const samplings = ["random", "group_by_length"] as const;
/** One of them. */
export type Sampling = typeof samplings[number];
type Contender = "ours" | Sampling;

/** What came of an epoch case. */
export interface EpochResult {
  readonly kind: "epoch";
  readonly name: string;
  readonly examples: number;
  /** Tokens of all examples, without padding. */
  readonly tokens: number;
  /** Median seconds of the loop. */
  readonly seconds: Readonly<Record<Contender, number>>;
  /** ours / peer */
  readonly ratios: Readonly<Record<Sampling, number>>;
  readonly ourMegabytes: number;
  readonly peerMegabytes: number;
  readonly memoryRatio: number;
  readonly peerThreads: number;
  readonly epochs: Readonly<Record<Contender, readonly Epoch[]>>;
}

/** Measures an epoch on both sides, on the same examples. */
export async function measureEpochs(
  { name, data, maxTokens, rows, method, epochs: trained }: EpochCase,
  { rounds, threads }: MeasureOptions,
): Promise<EpochResult> {
  console.error(`${name}: ${rounds} rounds of one epoch for tunebook and two for Trainer`);
  const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
  const file = join(folder, "data.json");
  const ours = startOurs("our_trainer.ts");
  const peer = startPeer("peer_trainer.py");
  try {
    const { examples, tokens } = await ours.ask({
      cmd: "setup",
      data,
      maxTokens,
      rows,
      method,
      epochs: trained,
      threads,
      file,
    });
    const { threads: peerThreads } = await peer.ask({ cmd: "setup", threads, file });
    await ours.ask({ cmd: "first" });
    await peer.ask({ cmd: "first" });
    const epochs: Record<Contender, Epoch[]> = { ours: [], random: [], group_by_length: [] };
    for (let round = 0; round < rounds; round++) {
      await rest();
      epochs.ours.push(await ours.ask({ cmd: "epoch" }) as unknown as Epoch);
      for (const sampling of samplings) {
        await rest();
        epochs[sampling].push(await peer.ask({ cmd: "epoch", sampling }) as unknown as Epoch);
      }
    }
    const secondsOf = (who: Contender) => median(epochs[who].map(({ seconds }) => seconds));
    const [our, random, grouped] = (["ours", ...samplings] as const).map(secondsOf);
    const ourMegabytes = await megabytesOf(ours);
    const peerMegabytes = await megabytesOf(peer);
    return {
      kind: "epoch",
      name,
      examples: Number(examples),
      tokens: Number(tokens),
      seconds: { ours: our, random, group_by_length: grouped },
      ratios: { random: our / random, group_by_length: our / grouped },
      ourMegabytes,
      peerMegabytes,
      memoryRatio: ourMegabytes / peerMegabytes,
      peerThreads: Number(peerThreads),
      epochs,
    };
  } finally {
    await ours.stop();
    await peer.stop();
    await Deno.remove(folder, { recursive: true });
  }
}
