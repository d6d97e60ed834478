/**
 * Raises and ends alarms, so that one cause is one message.
 *
 * @module
 */
import type { Measure, SettledRules } from "./watch_rules.ts";

/** A message: something went beyond a limit, or came back. */
export interface Alarm {
  readonly rule: string;
  readonly state: "raised" | "ended";
  readonly measure: Measure;
  readonly value: number;
  readonly limit: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Rows that were answered by then. */
  readonly rows: number;
  /** What it is about, in a sentence. */
  readonly detail: string;
}

/** What is measured now; undefined where nothing is known. */
export type Measured = Readonly<Partial<Record<Measure, number>>>;

/** Alarms between messages. */
export interface Alarms {
  /** The messages that new measurements make; none for an alarm that goes on. */
  update(
    measured: Measured,
    about: Pick<Alarm, "at" | "rows"> & {
      readonly detail: (measure: Measure) => string;
    },
  ): Alarm[];
  /** The names of the rules whose alarm is raised. */
  raised(): string[];
}

/** Keeps the state of each rule. What is not known changes nothing. */
export function alarmsOf({ rules, isAbove, limits }: SettledRules): Alarms {
  const states = rules.map(() => ({ isRaised: false, beyond: 0, back: 0 }));
  return {
    update(measured, { at, rows, detail }) {
      return rules.flatMap(({ name, measure, clear, after, until }, i): Alarm[] => {
        const value = measured[measure];
        if (value === undefined || Number.isNaN(value)) return [];
        const state = states[i];
        const isBeyond = (limit: number) => isAbove[i] ? value > limit : value < limit;
        state.beyond = isBeyond(limits[i]) ? state.beyond + 1 : 0;
        state.back = isBeyond(clear) ? 0 : state.back + 1;
        const changes = state.isRaised ? state.back >= until : state.beyond >= after;
        if (!changes) return [];
        state.isRaised = !state.isRaised;
        [state.beyond, state.back] = [0, 0];
        return [{
          rule: name,
          state: state.isRaised ? "raised" : "ended",
          measure,
          value,
          limit: limits[i],
          at,
          rows,
          detail: detail(measure),
        }];
      });
    },
    raised: () => rules.flatMap(({ name }, i) => states[i].isRaised ? [name] : []),
  };
}
