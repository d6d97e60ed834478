/**
 * Our own step of a language model: with the vocabulary's loss in pieces and without, and over a base
 * that is large.
 *
 * @module
 */
import { type LargeCase, modelFolder, type PiecesCase } from "./language_cases.ts";
import { median } from "./median.ts";
import { type MeasuredWay, measureWays } from "./measure_ways.ts";
import { megabytesOf, startOurs } from "./sides.ts";

/** What came of a case. */
export interface PiecesResult {
  readonly kind: "pieces";
  readonly name: string;
  readonly whole: MeasuredWay;
  readonly inPieces: MeasuredWay;
  /** Time in pieces divided by that of the whole. */
  readonly ratio: number;
}

/** What came of a case. */
export interface LargeResult {
  readonly kind: "large";
  readonly name: string;
  /** Resident memory when the step was compiled, and the most of the process. */
  readonly compiledMegabytes: number;
  readonly peakMegabytes: number;
  readonly milliseconds: number;
  readonly losses: readonly number[];
}

interface MemoryOptions {
  readonly rounds: number;
  readonly threads?: number | undefined;
  readonly model?: string;
}

const ids = 10_000;
const largeSteps = 3;

/** Measures both ways, each in a process of its own, in turns. */
export async function measurePieces(
  { name, model, method, batch, length }: PiecesCase,
  { rounds, threads = navigator.hardwareConcurrency, model: given }: MemoryOptions,
): Promise<PiecesResult> {
  console.error(`${name}: ${rounds} rounds of a step each way`);
  const folder = given ?? await modelFolder(model);
  const setup = { folder, method, batch, length, rows: batch * (rounds + 1), ids, threads };
  const setups = [true, false].map((whole) => ({ ...setup, whole }));
  const [whole, inPieces] = await measureWays("our_language.ts", setups, {
    rounds,
    times: "processor",
    loss: ({ losses }) => (losses as number[]).at(-1)!,
  });
  const ratio = inPieces.milliseconds / whole.milliseconds;
  return { kind: "pieces", name, whole, inPieces, ratio };
}

/** A few steps over a large base. */
export async function measureLarge(
  { name, model, method, quantize, batch, length }: LargeCase,
  { threads = navigator.hardwareConcurrency, model: given }: MemoryOptions,
): Promise<LargeResult> {
  const folder = given ?? await modelFolder(model);
  console.error(`${name}: ${largeSteps} steps`);
  const side = startOurs("our_language.ts");
  try {
    const rows = batch * largeSteps;
    const setup = { cmd: "setup", folder, method, quantize, batch, length, rows, ids, threads };
    const { residentMegabytes } = await side.ask(setup);
    const { ms, losses } = await side.ask({ cmd: "step", count: largeSteps });
    return {
      kind: "large",
      name,
      compiledMegabytes: Number(residentMegabytes),
      peakMegabytes: await megabytesOf(side),
      milliseconds: median(ms as number[]),
      losses: losses as number[],
    };
  } finally {
    await side.stop();
  }
}
