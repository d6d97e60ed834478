/**
 * Our side beside each way of the peer's, in turns.
 *
 * @module
 */
import { messageOf } from "../lib/core/errors.ts";
import { processorFlags } from "../lib/engine/mod.ts";
import { median } from "./median.ts";
import { eagerOf, likelyFastestFirst, type PeerSettings, type PeerWay } from "./peer_ways.ts";
import { megabytesOf, rest, type Side } from "./sides.ts";

/** What a side did in a turn. */
export interface Turn {
  /** Milliseconds of each step, or of an epoch. */
  readonly ms: readonly number[];
  /** The same of processor time, of all threads. */
  readonly processor: readonly number[];
}

/** A way of the peer's beside our sides; medians. */
export interface MeasuredPeerWay {
  readonly way: string;
  /** Turns of each side; fewer than asked where the first showed that another way is faster. */
  readonly rounds: number;
  /** Milliseconds of our first side, and of the peer. */
  readonly ours: number;
  readonly peer: number;
  /** ours / peer */
  readonly ratio: number;
  /** The same of processor time, ours / peer. */
  readonly processorRatio: number;
  /** Milliseconds of our other sides, and their ratios to the peer. */
  readonly others: readonly number[];
  readonly otherRatios: readonly number[];
  /** Peak resident memory of the peer. */
  readonly peerMegabytes: number;
  /** What each turn measured: our sides in their order, then the peer. */
  readonly turns: readonly (readonly Turn[])[];
}

/** A way without figures: it does not work on this machine, or is hopelessly slow. */
export interface PeerWayLeftOut {
  readonly way: string;
  readonly leftOut: string;
}

/** The peer in all of its ways. */
export interface PeerResult {
  readonly ways: readonly (MeasuredPeerWay | PeerWayLeftOut)[];
  /** The way beside which our ratio is the largest. */
  readonly fastest: MeasuredPeerWay;
  /** The way that takes the least memory. */
  readonly smallest: MeasuredPeerWay;
}

/** How to measure. */
export interface BesideOptions<Settings> {
  readonly rounds: number;
  /** Starts the peer. */
  readonly open: (settings: Settings) => Promise<Side>;
  /** One step before the turns, which compiles where the way does. */
  readonly warmUp: (side: Side) => Promise<Turn>;
  /** How many of them; 1 unless given. */
  readonly warmUps?: number;
  readonly turn: (side: Side) => Promise<Turn>;
  /** What is measured, for messages. */
  readonly name: string;
  /** Names of ways, where not all are wanted. */
  readonly only?: readonly string[] | undefined;
}

/**
 * A way whose first turn takes this much longer than the fastest way, on the clock and of the
 * processor, gets no further one.
 */
const clearlySlower = 1.3;
/**
 * An eager way whose warm-up takes this much more of the processor than another's is left out, and
 * what is compiled of it too: products dominate a step, and compiling does not change them.
 * bfloat16 on a processor without its products is twenty times slower.
 */
const hopeless = 5;
/** Of a failed way's message. */
const mostCharacters = 200;

/**
 * Measures every way of the peer's in a process of its own, in turns with our sides, which stay
 * open. Throws where no way works.
 *
 * @param ours our sides; the ratio is that of the first
 */
export async function measureBeside<Settings extends PeerSettings>(
  ours: readonly Side[],
  ways: readonly PeerWay<Settings>[],
  options: BesideOptions<Settings>,
): Promise<PeerResult> {
  const chosen = choose(ways, options.only);
  const found = new Map<string, MeasuredPeerWay | PeerWayLeftOut>();
  const so: SoFar = {
    best: { ms: Infinity, processor: Infinity },
    leastWarmUp: Infinity,
    hopeless: new Set(),
  };
  for (const way of likelyFastestFirst(chosen, processorFlags())) {
    console.error(`${options.name}: beside ${way.name}`);
    const result = await besideOne(ours, way, options, so);
    found.set(way.name, result);
    // What was measured is told at once: a later way may take long.
    if (!("ratio" in result)) {
      console.error(`  ${result.leftOut}`);
      continue;
    }
    console.error(`  ours / peer ${result.ratio.toFixed(3)}`);
    so.best.ms = Math.min(so.best.ms, 1 / result.ratio);
    so.best.processor = Math.min(so.best.processor, 1 / result.processorRatio);
  }
  const all = chosen.map(({ name }) => found.get(name)!);
  const measured = all.filter((each) => "ratio" in each);
  if (measured.length === 0) {
    const reasons = all.map((each) => `${each.way}: ${"leftOut" in each ? each.leftOut : ""}`);
    throw new Error(`${options.name}: the peer works in no way; ${reasons.join("; ")}`);
  }
  return {
    ways: all,
    fastest: measured.reduce((a, b) => b.ratio > a.ratio ? b : a),
    smallest: measured.reduce((a, b) => b.peerMegabytes < a.peerMegabytes ? b : a),
  };
}

function choose<Settings>(
  ways: readonly PeerWay<Settings>[],
  only: readonly string[] | undefined,
): readonly PeerWay<Settings>[] {
  const chosen = only ? ways.filter(({ name }) => only.includes(name)) : ways;
  if (chosen.length > 0) return chosen;
  throw new Error(`no way of the peer is ${only}; there are ${ways.map(({ name }) => name)}`);
}

/** What the ways before have shown. */
interface SoFar {
  /** The fastest way's times, divided by ours. */
  readonly best: Record<keyof Turn, number>;
  /** Processor time of a warm-up. */
  leastWarmUp: number;
  /** Eager ways that are, by their settings. */
  readonly hopeless: Set<string>;
}

async function besideOne<Settings extends PeerSettings>(
  ours: readonly Side[],
  { name, settings }: PeerWay<Settings>,
  { rounds, open, warmUp, warmUps = 1, turn }: BesideOptions<Settings>,
  so: SoFar,
): Promise<MeasuredPeerWay | PeerWayLeftOut> {
  const rested = async (side: Side) => {
    await rest();
    return await turn(side);
  };
  const key = eagerOf(settings);
  if (so.hopeless.has(key)) return { way: name, leftOut: "not tried: slow without compiling" };
  let peer: Side | undefined;
  try {
    const turns: Turn[][] = [];
    // Only what the peer does may fail: our own mistakes are not its.
    peer = await orFailed(() => open(settings));
    for (let i = 0; i < warmUps; i++) {
      const warm = median((await orFailed(() => warmUp(peer!))).processor);
      if (settings.compiled) continue;
      const times = warm / so.leastWarmUp;
      if (times > hopeless) {
        so.hopeless.add(key);
        return { way: name, leftOut: `its first step took ${times.toFixed(0)} times another's` };
      }
      so.leastWarmUp = Math.min(so.leastWarmUp, warm);
    }
    for (let round = 0; round < rounds; round++) {
      const taken: Turn[] = [];
      for (const side of ours) taken.push(await rested(side));
      taken.push(await orFailed(() => rested(peer!)));
      turns.push(taken);
      if (round === 0 && isSlower(taken[0], taken.at(-1)!, so)) break;
    }
    return summaryOf(name, turns, await megabytesOf(peer));
  } catch (error) {
    if (error instanceof PeerFailure) return { way: name, leftOut: `fails: ${error.message}` };
    throw error;
  } finally {
    await peer?.stop();
  }
}

function isSlower(ours: Turn, peer: Turn, { best }: SoFar): boolean {
  return (["ms", "processor"] as const).every((what) =>
    median(peer[what]) / median(ours[what]) > clearlySlower * best[what]
  );
}

class PeerFailure extends Error {}

async function orFailed<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    throw new PeerFailure(messageOf(error).replaceAll(/\s+/g, " ").slice(0, mostCharacters));
  }
}

function summaryOf(
  way: string,
  turns: readonly (readonly Turn[])[],
  peerMegabytes: number,
): MeasuredPeerWay {
  const medians = (what: keyof Turn) =>
    turns[0].map((_, side) => median(turns.flatMap((turn) => turn[side][what])));
  const times = medians("ms");
  const processor = medians("processor");
  const peer = times.at(-1)!;
  const others = times.slice(1, -1);
  return {
    way,
    rounds: turns.length,
    ours: times[0],
    peer,
    ratio: times[0] / peer,
    processorRatio: processor[0] / processor.at(-1)!,
    others,
    otherRatios: others.map((time) => time / peer),
    peerMegabytes,
    turns,
  };
}
