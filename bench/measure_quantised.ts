/**
 * A step over a quantised base against the same step over a float32 base, both ours, in turns.
 *
 * @module
 */
import type { QuantisedCase } from "./cases.ts";
import type { MeasureOptions } from "./measure_steps.ts";
import { median } from "./median.ts";
import { megabytesOf, rest, type Side, startOurs } from "./sides.ts";

/** What came of a case. */
export interface QuantisedResult {
  readonly kind: "quantised";
  readonly name: string;
  /** Median milliseconds of a step over the quantised base and over the float32 base. */
  readonly quantised: number;
  readonly float32: number;
  readonly ratio: number;
  /**
   * What the compiled step with its base adds to the resident memory before the first run; the
   * median of five processes.
   */
  readonly baseMegabytes: number;
  readonly floatBaseMegabytes: number;
  readonly baseRatio: number;
  /** Bytes of the quantised matrices as they are held, as a share of their float32 numbers. */
  readonly heldShare: number;
  readonly peakMegabytes: number;
  readonly floatPeakMegabytes: number;
}

const warmUpSteps = 2;
/** Processes whose base is measured: what the allocator keeps differs from one to the next. */
const baseMeasurements = 5;

/** Measures both bases. */
export async function measureQuantised(
  measured: QuantisedCase,
  { rounds, threads }: MeasureOptions,
): Promise<QuantisedResult> {
  console.error(`${measured.name}: ${rounds} rounds of ${measured.turn} steps a base`);
  const { quantize, ...plain } = measured;
  const setups = [{ ...plain, threads, quantize }, { ...plain, threads }];
  const bases: number[][] = [[], []];
  for (let i = 1; i < baseMeasurements; i++) {
    for (const [at, setup] of setups.entries()) bases[at].push(await baseOf(setup));
  }
  const sides = [startOurs("our_process.ts"), startOurs("our_process.ts")];
  try {
    let heldShare = NaN;
    for (const [at, side] of sides.entries()) {
      const base = await side.ask({ cmd: "setup", ...setups[at] });
      bases[at].push(Number(base.baseMegabytes));
      if (at === 0) heldShare = Number(base.heldShare);
      await steps(side, warmUpSteps);
    }
    const times: number[][] = [[], []];
    for (let round = 0; round < rounds; round++) {
      for (const [i, side] of sides.entries()) times[i].push(...await steps(side, measured.turn));
    }
    const [quantised, float32] = times.map(median);
    const [baseMegabytes, floatBaseMegabytes] = bases.map(median);
    const peaks = [];
    for (const side of sides) peaks.push(await megabytesOf(side));
    return {
      kind: "quantised",
      name: measured.name,
      quantised,
      float32,
      ratio: quantised / float32,
      baseMegabytes,
      floatBaseMegabytes,
      baseRatio: baseMegabytes / floatBaseMegabytes,
      heldShare,
      peakMegabytes: peaks[0],
      floatPeakMegabytes: peaks[1],
    };
  } finally {
    for (const side of sides) await side.stop();
  }
}

/** What a fresh process holds for the base. */
async function baseOf(setup: Record<string, unknown>): Promise<number> {
  const side = startOurs("our_process.ts");
  try {
    return Number((await side.ask({ cmd: "setup", ...setup })).baseMegabytes);
  } finally {
    await side.stop();
  }
}

async function steps(side: Side, count: number): Promise<number[]> {
  const { ms } = await side.ask({ cmd: "step", count });
  await rest();
  return ms as number[];
}
