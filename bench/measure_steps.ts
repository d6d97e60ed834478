/**
 * Training steps of both sides, in turns.
 *
 * @module
 */
import { alpha, largeProduct, rank, type StepCase, targets } from "./cases.ts";
import { median } from "./median.ts";
import type { MeasuredProducts } from "./our_products.ts";
import { megabytesOf, rest, type Side, startOurs, startPeer } from "./sides.ts";

/** How to measure. */
export interface MeasureOptions {
  /** Turns of each side. */
  readonly rounds: number;
  /** Threads of each side; each side's own default, all cores, unless given. */
  readonly threads?: number;
}

/** What came of a step case. */
export interface StepResult {
  readonly kind: "step";
  readonly name: string;
  /** Median milliseconds of a step. */
  readonly ours: number;
  readonly peer: number;
  /** ours / peer */
  readonly ratio: number;
  /** The same with a last layer that computes all positions, as the peer's does. */
  readonly everyPosition: number;
  readonly everyPositionRatio: number;
  /** Peak resident memory. */
  readonly ourMegabytes: number;
  readonly peerMegabytes: number;
  readonly memoryRatio: number;
  /** Losses after the same number of steps; weights and batch are random on each side. */
  readonly losses: Readonly<Record<Contender, number>>;
  readonly peerThreads: number;
  /** Every measured step in milliseconds. */
  readonly times: Readonly<Record<Contender, readonly number[]>>;
}

type Contender = "ours" | "everyPosition" | "peer";

/** Steps before the measured ones: first runs allocate memory and fill caches. */
const warmUpSteps = 3;
/** Steps under the runtime's profiler. */
const profiledSteps = 6;

/** Measures a step on both sides. */
export async function measureSteps(
  measured: StepCase,
  { rounds, threads }: MeasureOptions,
): Promise<StepResult> {
  console.error(`${measured.name}: ${rounds} rounds of ${measured.turn} steps a side`);
  const ours = startOurs("our_process.ts");
  const everyPosition = startOurs("our_process.ts");
  const peer = startPeer("peer.py");
  const sides = Object.entries({ ours, peer, everyPosition }) as [Contender, Side][];
  try {
    const setup = { cmd: "setup", ...measured, rank, alpha, targets, threads };
    await ours.ask(setup);
    await everyPosition.ask({ ...setup, everyPosition: true });
    const { threads: peerThreads } = await peer.ask(setup);
    for (const [, side] of sides) await takeTurn(side, warmUpSteps);
    const times: Record<Contender, number[]> = { ours: [], everyPosition: [], peer: [] };
    const losses: Record<Contender, number> = { ours: NaN, everyPosition: NaN, peer: NaN };
    for (let round = 0; round < rounds; round++) {
      for (const [name, side] of sides) {
        const { ms, loss } = await takeTurn(side, measured.turn);
        times[name].push(...ms);
        losses[name] = loss;
      }
    }
    const [our, every, peers] = [times.ours, times.everyPosition, times.peer].map(median);
    const ourMegabytes = await megabytesOf(ours);
    const peerMegabytes = await megabytesOf(peer);
    return {
      kind: "step",
      name: measured.name,
      ours: our,
      peer: peers,
      ratio: our / peers,
      everyPosition: every,
      everyPositionRatio: every / peers,
      ourMegabytes,
      peerMegabytes,
      memoryRatio: ourMegabytes / peerMegabytes,
      losses,
      peerThreads: Number(peerThreads),
      times,
    };
  } finally {
    for (const [, side] of sides) await side.stop();
  }
}

async function takeTurn(side: Side, count: number): Promise<{ ms: number[]; loss: number }> {
  const { ms, loss } = await side.ask({ cmd: "step", count });
  await rest();
  return { ms: ms as number[], loss: Number(loss) };
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
