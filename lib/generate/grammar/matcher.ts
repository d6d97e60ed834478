/**
 * Follows an automaton byte by byte. Sets of states that were met are kept with where each byte leads, so that
 * a text of many tokens costs one look-up for each byte.
 *
 * @module
 */
import type { Automaton } from "./automaton.ts";

/** Where a text stands in a grammar: all ways in which it may go on. */
export interface MatchState {
  /** Whether the text may end here. */
  readonly isComplete: boolean;
  /** Whether the text may go on. */
  readonly isOpen: boolean;
  readonly ways: readonly Way[];
  /** By byte: where it leads, null for nowhere, undefined where it was not asked yet. */
  readonly next: (MatchState | null | undefined)[];
}

/** A state, and where the rules around it go on. */
interface Way {
  readonly state: number;
  readonly stack: Stack | null;
}

/** Equal stacks are one object. */
interface Stack {
  readonly id: number;
  readonly then: number;
  readonly below: Stack | null;
}

/** More are forgotten, so that a long text under a grammar with deep nesting needs no more memory. */
const mostStates = 20_000;

/** Walks over texts that follow one grammar. */
export class Matcher {
  readonly #automaton: Automaton;
  #stacks = new Map<string, Stack>();
  #states = new Map<string, MatchState>();
  #lastId = 0;
  /** The state before the first byte. */
  readonly start: MatchState;

  constructor(automaton: Automaton) {
    this.#automaton = automaton;
    this.start = this.#stateOf([{ state: automaton.start, stack: null }]);
  }

  /** Where one more byte leads; null where no text of the grammar goes on with it. */
  after(state: MatchState, byte: number): MatchState | null {
    const known = state.next[byte];
    if (known !== undefined) return known;
    const { states } = this.#automaton;
    const ways: Way[] = [];
    for (const way of state.ways) {
      for (const { first, last, to } of states[way.state].bytes) {
        if (byte >= first && byte <= last) ways.push({ state: to, stack: way.stack });
      }
    }
    const next = ways.length === 0 ? null : this.#stateOf(ways);
    state.next[byte] = next;
    return next;
  }

  /** The state of all ways that are reached without a byte. */
  #stateOf(ways: readonly Way[]): MatchState {
    const { states } = this.#automaton;
    const met = new Map<string, Way>();
    const reading: [string, Way][] = [];
    const left: Way[] = [];
    const reach = (state: number, stack: Stack | null) => {
      const key = `${state}/${stack?.id ?? ""}`;
      if (met.has(key)) return;
      const way = { state, stack };
      met.set(key, way);
      left.push(way);
      if (states[state].bytes.length > 0) reading.push([key, way]);
    };
    for (const { state, stack } of ways) reach(state, stack);
    let isComplete = false;
    for (let way = left.pop(); way !== undefined; way = left.pop()) {
      const { free, calls, isEnd } = states[way.state];
      for (const to of free) reach(to, way.stack);
      for (const { start, then } of calls) {
        reach(start, states[then].isTail ? way.stack : this.#push(then, way.stack));
      }
      if (!isEnd) continue;
      if (way.stack === null) isComplete = true;
      else reach(way.stack.then, way.stack.below);
    }
    reading.sort(([a], [b]) => a < b ? -1 : 1);
    const key = `${isComplete}:${reading.map(([key]) => key).join()}`;
    const known = this.#states.get(key);
    if (known) return known;
    if (this.#states.size >= mostStates) {
      this.#states = new Map();
      this.#stacks = new Map();
    }
    const made: MatchState = {
      isComplete,
      isOpen: reading.length > 0,
      ways: reading.map(([, way]) => way),
      next: new Array(256),
    };
    this.#states.set(key, made);
    return made;
  }

  #push(then: number, below: Stack | null): Stack {
    const key = `${then}/${below?.id ?? ""}`;
    let stack = this.#stacks.get(key);
    if (!stack) {
      stack = { id: ++this.#lastId, then, below };
      this.#stacks.set(key, stack);
    }
    return stack;
  }
}
