/**
 * The training of a language model on both sides, in turns.
 *
 * @module
 */
import { join } from "node:path";
import { type LanguageCase, modelFolder } from "./language_cases.ts";
import { median } from "./median.ts";
import { megabytesOf, rest, type Side, startOurs, startPeer } from "./sides.ts";

/** How the peer computes. */
interface PeerSettings {
  readonly compiled: boolean;
  readonly bfloat16: boolean;
  readonly gradientCheckpointing: boolean;
}

const eager: PeerSettings = { compiled: false, bfloat16: false, gradientCheckpointing: false };

/** The peer's ways; TRL's default keeps layers' inputs alone, which is slower. */
const peerWays: readonly (readonly [string, PeerSettings])[] = [
  ["eager float32", eager],
  ["eager float32, checkpointed", { ...eager, gradientCheckpointing: true }],
  ["compiled float32", { ...eager, compiled: true }],
  ["eager bfloat16", { ...eager, bfloat16: true }],
  ["compiled bfloat16", { ...eager, compiled: true, bfloat16: true }],
];

/** Both sides beside one way of the peer's. */
export interface LanguageWay {
  readonly way: string;
  /** Median milliseconds of a step. */
  readonly ours: number;
  readonly peer: number;
  /** The same of processor time. */
  readonly ourProcessor: number;
  readonly peerProcessor: number;
  readonly peerMegabytes: number;
  /** Why this way does not work here. */
  readonly failed?: string;
}

/** What came of a case. */
export interface LanguageResult {
  readonly kind: "language";
  readonly name: string;
  readonly steps: number;
  /** The largest difference of two losses of one step. */
  readonly difference: number;
  readonly firstLoss: number;
  readonly lastLoss: number;
  readonly ourMegabytes: number;
  readonly ways: readonly LanguageWay[];
  /** Ours divided by the peer's fastest way. */
  readonly ratio: number;
}

/** What a measurement may be told. */
export interface LanguageOptions {
  readonly rounds: number;
  readonly threads?: number | undefined;
  /** Another model, a folder of transformers. */
  readonly model?: string;
  /** The peer's ways by name; all unless given. */
  readonly ways?: readonly string[] | undefined;
}

/** Ids are drawn from the first so many of a vocabulary. */
const ids = 10_000;
const warmUpSteps = 1;

interface Steps {
  readonly ms: number[];
  readonly processor: number[];
  readonly losses: number[];
}

/** Compares the losses of both sides, then times each way of the peer's in turns with ours. */
export async function measureLanguage(
  { name, model, method, batch, length, compared }: LanguageCase,
  { rounds, threads = navigator.hardwareConcurrency, model: given, ways }: LanguageOptions,
): Promise<LanguageResult> {
  const folder = given ?? await modelFolder(model);
  const work = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
  const setup = { cmd: "setup", folder, method, batch, threads, ids };
  const open = async (rows: Record<string, unknown>, file: string): Promise<Side> => {
    const side = startOurs("our_language.ts");
    await side.ask({ ...setup, ...rows, file });
    return side;
  };
  const openPeer = async (file: string, settings: PeerSettings): Promise<Side> => {
    const side = startPeer("peer_language.py");
    await side.ask({ ...setup, file, ...settings });
    return side;
  };
  try {
    console.error(`${name}: ${compared.steps} steps on both sides`);
    const short = join(work, "short.json");
    const rows = { rows: compared.steps * batch, length: compared.length, uneven: true };
    const losses: number[][] = [];
    for (const start of [() => open(rows, short), () => openPeer(short, eager)]) {
      losses.push((await inTurn(start, (side) => stepsOf(side, compared.steps))).losses);
    }
    const long = join(work, "long.json");
    const all = { rows: batch * (warmUpSteps + rounds * peerWays.length), length };
    const found: LanguageWay[] = [];
    const ourMegabytes = await inTurn(() => open(all, long), async (ours) => {
      await stepsOf(ours, warmUpSteps);
      for (const [way, settings] of peerWays) {
        if (ways && !ways.includes(way)) continue;
        console.error(`${name}: ${rounds} rounds beside ${way}`);
        found.push(await besides(way, ours, () => openPeer(long, settings), rounds));
      }
      return await megabytesOf(ours);
    });
    const [first, second] = losses;
    return {
      kind: "language",
      name,
      steps: compared.steps,
      difference: Math.max(...first.map((loss, step) => Math.abs(loss - second[step]))),
      firstLoss: first[0],
      lastLoss: first.at(-1)!,
      ourMegabytes,
      ways: found,
      ratio: Math.max(...found.filter(({ failed }) => !failed).map((way) => way.ours / way.peer)),
    };
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

async function besides(
  way: string,
  ours: Side,
  openPeer: () => Promise<Side>,
  rounds: number,
): Promise<LanguageWay> {
  const turns: { ours: Steps; peer: Steps }[] = [];
  try {
    return await inTurn(openPeer, async (peer) => {
      await stepsOf(peer, warmUpSteps);
      for (let round = 0; round < rounds; round++) {
        turns.push({ ours: await stepsOf(ours, 1), peer: await stepsOf(peer, 1) });
      }
      const of = (side: "ours" | "peer", what: "ms" | "processor") =>
        median(turns.flatMap((turn) => turn[side][what]));
      return {
        way,
        ours: of("ours", "ms"),
        peer: of("peer", "ms"),
        ourProcessor: of("ours", "processor"),
        peerProcessor: of("peer", "processor"),
        peerMegabytes: await megabytesOf(peer),
      };
    });
  } catch (error) {
    const nothing = { ours: NaN, peer: NaN, ourProcessor: NaN, peerProcessor: NaN };
    const failed = error instanceof Error ? error.message : String(error);
    return { way, ...nothing, peerMegabytes: NaN, failed };
  }
}

async function stepsOf(side: Side, count: number): Promise<Steps> {
  const steps = await side.ask({ cmd: "step", count }) as unknown as Steps;
  await rest();
  return steps;
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
