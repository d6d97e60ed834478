/**
 * LoRA over a quantised base and over a float32 base, both ours, in turns with each way of the
 * peer's.
 *
 * @module
 */
import type { QuantisedCase } from "./cases.ts";
import { measureBeside, type PeerResult } from "./measure_beside.ts";
import { type MeasureOptions, openOurs, openPeer, stepsOf, warmUpSteps } from "./measure_steps.ts";
import { median } from "./median.ts";
import { baseWays } from "./peer_ways.ts";
import { megabytesOf, startOurs } from "./sides.ts";

/** What came of a case. */
export interface QuantisedResult extends PeerResult {
  readonly kind: "quantised";
  readonly name: string;
  /** Median of a step over the quantised base, divided by the peer's fastest way. */
  readonly ratio: number;
  /** The same over our float32 base. */
  readonly floatRatio: number;
  /**
   * What the compiled step with its base adds to the resident memory before the first run; the
   * median of five processes.
   */
  readonly baseMegabytes: number;
  readonly floatBaseMegabytes: number;
  readonly baseRatio: number;
  /** Bytes of the quantised matrices as they are stored, as a share of their float32 numbers. */
  readonly storedShare: number;
  /** Peak resident memory, and ours divided by that of the peer's fastest way. */
  readonly ourMegabytes: number;
  readonly floatMegabytes: number;
  readonly memoryRatio: number;
}

/** Processes whose base is measured: what the allocator keeps differs from one to the next. */
const baseMeasurements = 5;

/** Measures both bases. */
export async function measureQuantised(
  measured: QuantisedCase,
  { rounds, threads, ways }: MeasureOptions,
): Promise<QuantisedResult> {
  const { name, turn, quantize } = measured;
  console.error(`${name}: ${rounds} rounds of ${turn} steps a base`);
  const setup = { cmd: "setup", ...measured, threads };
  const { quantize: _, compute: __, ...floatSetup } = setup;
  const bases: BaseMemory[][] = [[], []];
  for (let i = 0; i < baseMeasurements; i++) {
    for (const [at, each] of [setup, floatSetup].entries()) bases[at].push(await baseOf(each));
  }
  const [base, floatBase] = bases.map((each) => median(each.map(({ megabytes }) => megabytes)));
  const ours = await openOurs(setup);
  const ofFloats = await openOurs(floatSetup);
  try {
    const peers = await measureBeside([ours, ofFloats], baseWays(quantize), {
      name,
      rounds,
      only: ways,
      open: (settings) => openPeer({ ...floatSetup, ...settings }),
      warmUps: warmUpSteps,
      warmUp: (side) => stepsOf(side, 1),
      turn: (side) => stepsOf(side, turn),
    });
    const ourMegabytes = await megabytesOf(ours);
    return {
      kind: "quantised",
      name,
      ...peers,
      ratio: peers.fastest.ratio,
      floatRatio: peers.fastest.otherRatios[0],
      baseMegabytes: base,
      floatBaseMegabytes: floatBase,
      baseRatio: base / floatBase,
      storedShare: bases[0][0].storedShare,
      ourMegabytes,
      floatMegabytes: await megabytesOf(ofFloats),
      memoryRatio: ourMegabytes / peers.fastest.peerMegabytes,
    };
  } finally {
    await ours.stop();
    await ofFloats.stop();
  }
}

interface BaseMemory {
  readonly megabytes: number;
  readonly storedShare: number;
}

/** What a fresh process holds for the base. */
async function baseOf(setup: Record<string, unknown>): Promise<BaseMemory> {
  const side = startOurs("our_process.ts");
  try {
    const { baseMegabytes, storedShare } = await side.ask(setup);
    return { megabytes: Number(baseMegabytes), storedShare: Number(storedShare) };
  } finally {
    await side.stop();
  }
}
