/**
 * The training of a language model on both sides, in turns.
 *
 * @module
 */
import { join } from "node:path";
import { type LanguageCase, modelFolder } from "./language_cases.ts";
import { measureBeside, type PeerResult, type Turn } from "./measure_beside.ts";
import type { MeasureOptions } from "./measure_steps.ts";
import { eager, type LanguageSettings, languageWays } from "./peer_ways.ts";
import { megabytesOf, opened, type Side, startOurs, startPeer } from "./sides.ts";

/** What came of a case. */
export interface LanguageResult extends PeerResult {
  readonly kind: "language";
  readonly name: string;
  readonly steps: number;
  /** The largest difference of two losses of one step. */
  readonly difference: number;
  readonly firstLoss: number;
  readonly lastLoss: number;
  /** Median of a step, divided by that of the peer's fastest way. */
  readonly ratio: number;
  /** Peak resident memory of our process, and ours divided by that of the peer's fastest way. */
  readonly ourMegabytes: number;
  readonly memoryRatio: number;
}

/** What a measurement may be told. */
export interface LanguageOptions extends MeasureOptions {
  /** Another model, a folder of transformers. */
  readonly model?: string;
}

/** Ids are drawn from the first so many of a vocabulary. */
const ids = 10_000;
const warmUpSteps = 1;

interface Steps extends Turn {
  readonly losses: number[];
}

/** Compares the losses of both sides, then times each way of the peer's in turns with ours. */
export async function measureLanguage(
  { name, model, method, batch, length, compared }: LanguageCase,
  { rounds, threads = navigator.hardwareConcurrency, ways, model: given }: LanguageOptions,
): Promise<LanguageResult> {
  const folder = given ?? await modelFolder(model);
  const work = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
  const setup = { cmd: "setup", folder, method, batch, threads, ids };
  const open = (rows: Record<string, unknown>, file: string, warmUp = 0) =>
    opened(() => startOurs("our_language.ts"), async (side) => {
      await side.ask({ ...setup, ...rows, file });
      if (warmUp) await stepsOf(side, warmUp);
    });
  const openPeer = (file: string, settings: LanguageSettings) =>
    opened(
      () => startPeer("peer_language.py"),
      (side) => side.ask({ ...setup, file, ...settings }),
    );
  try {
    console.error(`${name}: ${compared.steps} steps on both sides`);
    const short = join(work, "short.json");
    const rows = { rows: compared.steps * batch, length: compared.length, uneven: true };
    const plain = { ...eager, gradientCheckpointing: false };
    const losses: number[][] = [];
    for (const start of [() => open(rows, short), () => openPeer(short, plain)]) {
      losses.push((await inTurn(start, (side) => stepsOf(side, compared.steps))).losses);
    }
    const long = join(work, "long.json");
    const all = { rows: batch * (warmUpSteps + rounds * languageWays.length), length };
    const { peers, ourMegabytes } = await inTurn(
      () => open(all, long, warmUpSteps),
      async (ours) => ({
        peers: await measureBeside([ours], languageWays, {
          name,
          rounds,
          only: ways,
          open: (settings) => openPeer(long, settings),
          warmUps: warmUpSteps,
          warmUp: (side) => stepsOf(side, 1),
          turn: (side) => stepsOf(side, 1),
        }),
        ourMegabytes: await megabytesOf(ours),
      }),
    );
    const [first, second] = losses;
    return {
      kind: "language",
      name,
      steps: compared.steps,
      difference: Math.max(...first.map((loss, step) => Math.abs(loss - second[step]))),
      firstLoss: first[0],
      lastLoss: first.at(-1)!,
      ...peers,
      ratio: peers.fastest.ratio,
      ourMegabytes,
      memoryRatio: ourMegabytes / peers.fastest.peerMegabytes,
    };
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function stepsOf(side: Side, count: number): Promise<Steps> {
  return await side.ask({ cmd: "step", count }) as unknown as Steps;
}

async function inTurn<Result>(
  open: () => Promise<Side>,
  work: (side: Side) => Promise<Result>,
): Promise<Result> {
  const side = await open();
  try {
    return await work(side);
  } finally {
    await side.stop();
  }
}
