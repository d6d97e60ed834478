/**
 * A grammar as states over bytes: rules call each other, so that a stack says where they return to.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import type { Expression, Grammar } from "./expression.ts";
import { checkRules } from "./check_rules.ts";
import { utf8Ranges } from "./utf8_ranges.ts";

/** One state. */
export interface AutomatonState {
  /** Bytes from the first to the last lead to a state. */
  readonly bytes: { readonly first: number; readonly last: number; readonly to: number }[];
  /** States that are reached without a byte. */
  readonly free: number[];
  /** The rule that begins here by its first state, and the state after it. */
  readonly calls: { readonly start: number; readonly then: number }[];
  /** Whether a rule ends here. */
  isEnd: boolean;
  /** Whether nothing but the end of the rule follows: a call that returns here needs no return. */
  isTail: boolean;
}

/** All states, and the one that a text begins in. */
export interface Automaton {
  readonly states: readonly AutomatonState[];
  readonly start: number;
}

/** A schema with longer lists or texts than this many states is refused. */
const mostStates = 500_000;
const utf8 = new TextEncoder();

/**
 * Compiles a grammar. Throws a `TunebookError` of kind "input" for rules that are not defined or begin with
 * themselves, and of kind "unsupported" for a grammar that repeats too much.
 */
export function compileGrammar(grammar: Grammar): Automaton {
  checkRules(grammar);
  const states: AutomatonState[] = [];
  const add = (): number => {
    if (states.length >= mostStates) {
      throw new TunebookError(
        "unsupported",
        `the grammar has more than ${mostStates} states; bound its repetitions (maxLength, maxItems, ` +
          `{n,m}) by smaller numbers, or not at all`,
      );
    }
    return states.push({ bytes: [], free: [], calls: [], isEnd: false, isTail: false }) - 1;
  };
  const starts = new Map([...grammar.rules.keys()].map((name) => [name, add()]));
  /** Adds what an expression means behind a state, and gives the state behind it. */
  const build = (expression: Expression, from: number): number => {
    switch (expression.kind) {
      case "text":
        return utf8.encode(expression.text).reduce((at, byte) => {
          const to = add();
          states[at].bytes.push({ first: byte, last: byte, to });
          return to;
        }, from);
      case "character": {
        const end = add();
        for (const sequence of expression.ranges.flatMap(utf8Ranges)) {
          sequence.reduce((at, [first, last], i) => {
            const to = i === sequence.length - 1 ? end : add();
            states[at].bytes.push({ first, last, to });
            return to;
          }, from);
        }
        return end;
      }
      case "sequence":
        return expression.items.reduce((at, item) => build(item, at), from);
      case "choice": {
        const end = add();
        for (const item of expression.items) {
          // Each begins in a state of its own: a repetition must not lead back into the others.
          const start = add();
          states[from].free.push(start);
          states[build(item, start)].free.push(end);
        }
        return end;
      }
      case "repeat":
        return repeat(expression.item, expression.least, expression.most, from);
      case "rule": {
        const then = add();
        states[from].calls.push({ start: starts.get(expression.name)!, then });
        return then;
      }
    }
  };
  const repeat = (item: Expression, least: number, most: number, from: number): number => {
    let at = from;
    for (let i = 0; i < least; i++) at = build(item, at);
    if (most === Infinity) {
      const loop = add();
      states[at].free.push(loop);
      states[build(item, loop)].free.push(loop);
      const end = add();
      states[loop].free.push(end);
      return end;
    }
    const end = add();
    for (let i = least; i < most; i++) {
      states[at].free.push(end);
      at = build(item, at);
    }
    states[at].free.push(end);
    return end;
  };
  for (const [name, expression] of grammar.rules) {
    states[build(expression, starts.get(name)!)].isEnd = true;
  }
  markTails(states);
  return { states, start: starts.get(grammar.root) ?? missing(grammar.root) };
}

/** States are made in the order in which they are passed, so that most are known from the back. */
function markTails(states: readonly AutomatonState[]): void {
  for (let changed = true; changed;) {
    changed = false;
    for (let i = states.length - 1; i >= 0; i--) {
      const state = states[i];
      if (state.isTail || state.bytes.length > 0 || state.calls.length > 0) continue;
      const isTail = state.free.length === 0
        ? state.isEnd
        : state.free.every((each) => states[each].isTail);
      if (!isTail) continue;
      state.isTail = true;
      changed = true;
    }
  }
}

function missing(name: string): never {
  throw new TunebookError("input", `the grammar has no rule ${quoted(name)}`);
}
