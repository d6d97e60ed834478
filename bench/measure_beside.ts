/**
 * Our side beside each way of the peer's, in turns.
 *
 * @module
 */
import { messageOf } from "../lib/core/errors.ts";
import { processorFlags } from "../lib/engine/mod.ts";
import { median } from "./median.ts";
import { likelyFastestFirst, type PeerSettings, type PeerWay } from "./peer_ways.ts";
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

/** A way that does not work on this machine. */
export interface FailedPeerWay {
  readonly way: string;
  readonly failed: string;
}

/** The peer in all of its ways. */
export interface PeerResult {
  readonly ways: readonly (MeasuredPeerWay | FailedPeerWay)[];
  /** The way beside which our ratio is the largest. */
  readonly fastest: MeasuredPeerWay;
  /** The way that takes the least memory. */
  readonly smallest: MeasuredPeerWay;
}

/** How to measure. */
export interface BesideOptions<Settings> {
  readonly rounds: number;
  /** Starts the peer and lets it warm up: what it compiles is not in a turn. */
  readonly open: (settings: Settings) => Promise<Side>;
  readonly turn: (side: Side) => Promise<Turn>;
  /** What is measured, for messages. */
  readonly name: string;
  /** Names of ways, where not all are wanted. */
  readonly only?: readonly string[] | undefined;
}

/** A way that takes this much longer than the fastest in its first turn gets no further one. */
const clearlySlower = 1.3;
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
  const found = new Map<string, MeasuredPeerWay | FailedPeerWay>();
  let best = Infinity;
  for (const way of likelyFastestFirst(chosen, processorFlags())) {
    console.error(`${options.name}: beside ${way.name}`);
    const result = await besideOne(ours, way, options, best);
    found.set(way.name, result);
    if ("ratio" in result) best = Math.min(best, 1 / result.ratio);
  }
  const all = chosen.map(({ name }) => found.get(name)!);
  const measured = all.filter((each) => "ratio" in each);
  if (measured.length === 0) {
    const reasons = all.map((each) => `${each.way}: ${"failed" in each ? each.failed : ""}`);
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

/** @param best the fastest way's time so far, divided by ours */
async function besideOne<Settings>(
  ours: readonly Side[],
  { name, settings }: PeerWay<Settings>,
  { rounds, open, turn }: BesideOptions<Settings>,
  best: number,
): Promise<MeasuredPeerWay | FailedPeerWay> {
  const rested = async (side: Side) => {
    await rest();
    return await turn(side);
  };
  let peer: Side | undefined;
  try {
    const turns: Turn[][] = [];
    // Only what the peer does may fail: our own mistakes are not its.
    peer = await orFailed(() => open(settings));
    for (let round = 0; round < rounds; round++) {
      const taken: Turn[] = [];
      for (const side of ours) taken.push(await rested(side));
      taken.push(await orFailed(() => rested(peer!)));
      turns.push(taken);
      const [our, theirs] = [taken[0], taken.at(-1)!].map(({ ms }) => median(ms));
      if (round === 0 && theirs / our > clearlySlower * best) break;
    }
    return summaryOf(name, turns, await megabytesOf(peer));
  } catch (error) {
    if (error instanceof PeerFailure) return { way: name, failed: error.message };
    throw error;
  } finally {
    await peer?.stop();
  }
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
