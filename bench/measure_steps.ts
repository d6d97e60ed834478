/**
 * Training steps of both sides, in turns.
 *
 * @module
 */
import { alpha, largeProduct, rank, type StepCase, targets } from "./cases.ts";
import { measureBeside, type PeerResult, type Turn } from "./measure_beside.ts";
import type { MeasuredProducts } from "./our_products.ts";
import { type PeerSettings, stepWays } from "./peer_ways.ts";
import { megabytesOf, opened, rest, type Side, startOurs, startPeer } from "./sides.ts";

/** How to measure. */
export interface MeasureOptions {
  /** Turns of each side. */
  readonly rounds: number;
  /** Threads of each side; each side's own default, all cores, unless given. */
  readonly threads?: number | undefined;
  /** The peer's ways by name; all unless given. */
  readonly ways?: readonly string[] | undefined;
}

/** What came of a step case. */
export interface StepResult extends PeerResult {
  readonly kind: "step";
  readonly name: string;
  /** Median milliseconds of a step beside the peer's fastest way, divided by that of the peer. */
  readonly ratio: number;
  /** The same with a last layer that computes all positions, as the peer's does. */
  readonly everyPositionRatio: number;
  /** Peak resident memory of our process, and ours divided by that of the peer's fastest way. */
  readonly ourMegabytes: number;
  readonly memoryRatio: number;
}

/** Steps before the measured ones: first runs allocate memory, fill caches and compile. */
export const warmUpSteps = 3;
/** Steps under the runtime's profiler. */
const profiledSteps = 6;

/** Measures a step on both sides. */
export async function measureSteps(
  measured: StepCase,
  { rounds, threads, ways }: MeasureOptions,
): Promise<StepResult> {
  const { name, turn } = measured;
  console.error(`${name}: ${rounds} rounds of ${turn} steps a side`);
  const setup = { cmd: "setup", ...measured, threads };
  const ours = await openOurs(setup);
  const everyPosition = await openOurs({ ...setup, everyPosition: true });
  try {
    const peers = await measureBeside([ours, everyPosition], stepWays, {
      name,
      rounds,
      only: ways,
      open: (settings) => openPeer({ ...setup, ...settings }),
      warmUps: warmUpSteps,
      warmUp: (side) => stepsOf(side, 1),
      turn: (side) => stepsOf(side, turn),
    });
    const ourMegabytes = await megabytesOf(ours);
    return {
      kind: "step",
      name,
      ...peers,
      ratio: peers.fastest.ratio,
      everyPositionRatio: peers.fastest.otherRatios[0],
      ourMegabytes,
      memoryRatio: ourMegabytes / peers.fastest.peerMegabytes,
    };
  } finally {
    await ours.stop();
    await everyPosition.stop();
  }
}

/** Opens our side of a step and lets it warm up. */
export function openOurs(setup: Record<string, unknown>): Promise<Side> {
  return opened(() => startOurs("our_process.ts"), async (side) => {
    await side.ask(setup);
    await stepsOf(side, warmUpSteps);
  });
}

/** Opens the peer of a step, in one of its ways. */
export function openPeer(
  setup: Readonly<Record<string, unknown>> & PeerSettings,
): Promise<Side> {
  const asked = { ...setup, rank, alpha, targets };
  return opened(() => startPeer("peer.py"), (side) => side.ask(asked));
}

/** Takes some steps. */
export async function stepsOf(side: Side, count: number): Promise<Turn> {
  return await side.ask({ cmd: "step", count }) as unknown as Turn;
}

/** What came of profiling a step. */
export interface ProductsResult extends MeasuredProducts {
  readonly kind: "products";
  readonly name: string;
  /** PyTorch's rate of the large product. */
  readonly peerGigaflops: number;
}

/** Profiles our step in a process of its own, and lets PyTorch take the large product. */
export async function profileStep(
  measured: StepCase,
  { threads }: Pick<MeasureOptions, "threads">,
): Promise<ProductsResult> {
  console.error(`${measured.name}: ${profiledSteps} steps under the runtime's profiler`);
  const ours = startOurs("our_process.ts");
  const peer = startPeer("peer.py");
  try {
    const command = { cmd: "products", ...measured, count: profiledSteps, threads };
    const found = await ours.ask(command) as unknown as MeasuredProducts;
    await rest();
    const { gigaflops } = await peer.ask({ cmd: "product", ...largeProduct, threads });
    return {
      kind: "products",
      name: measured.name,
      ...found,
      peerGigaflops: Number(gigaflops),
    };
  } finally {
    await ours.stop();
    await peer.stop();
  }
}
