/**
 * What `.probe()` takes: tests of a trained model's behaviour.
 *
 * @module
 */
import { optionMistakes } from "../../core/check_options.ts";
import { messageOf, type Mistake, mistakeOf, mistakes, TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { record, required, type Rules, whole } from "../../core/option_rules.ts";
import { shownValue } from "../../core/shown_value.ts";
import { type BehaviouralTest, failuresRule } from "../../evaluate/probe/behavioural_test.ts";
import {
  imagePerturbations,
  perturbationNamed,
  textPerturbations,
} from "../../evaluate/probe/named_perturbations.ts";

/** A perturbation of the held-out rows, which may change few answers. */
export interface NamedProbe {
  /** The share of answers that may change, from 0 to 1. */
  readonly maxChange: number;
  /** Options of the perturbation: `{ count: 2 }` of `typos`. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** The most held-out rows that are changed, drawn by the run's seed; of images 200 unless given, of texts all. */
  readonly rows?: number;
}

/** Perturbations by the names of their functions, each with what it may change. */
export type NamedProbes = Readonly<Record<string, NamedProbe>>;

/** A test of either kind of input. */
// deno-lint-ignore no-explicit-any
export type AnyBehaviouralTest = BehaviouralTest<any>;

/** All probes of a plan. */
export interface PlanProbes {
  /** Tests that were given in code. */
  readonly tests: readonly AnyBehaviouralTest[];
  readonly named: NamedProbes;
}

const rules: Rules<NamedProbe> = {
  maxChange: required(failuresRule),
  options: record,
  rows: whole,
};
const call = ".probe([invariance(…)]) or .probe({ typos: { maxChange: 0.05 } })";

/** The probes with more of them. Throws one error of kind "input" with everything that is wrong. */
export function withProbes(before: PlanProbes | undefined, given: unknown): PlanProbes {
  const { tests = [], named = {} } = before ?? {};
  if (Array.isArray(given)) {
    const strange = given.filter((each) => !isTest(each)).map(shownValue);
    if (strange.length > 0 || given.length === 0) {
      throw mistakes("input", `probe takes tests of behaviour, ${call}, but got`, [
        ...strange,
        ...given.length === 0 ? ["an empty list"] : [],
      ]);
    }
    return { tests: Object.freeze([...tests, ...given]), named };
  }
  const wrong = namedProbeMistakes(given);
  if (wrong.length > 0) throw mistakes("input", "these probes make no sense:", wrong);
  return { tests, named: Object.freeze({ ...named, ...given as NamedProbes }) };
}

/** What is wrong with perturbations by name; whether they fit the task is asked of the whole plan. */
export function namedProbeMistakes(given: unknown): Mistake[] {
  if (!isRecord(given) || typeof given.apply === "function" || Object.keys(given).length === 0) {
    return [
      mistakeOf(() =>
        `probe takes tests, or perturbations by name, ${call}, but got ${shownValue(given)}`
      ),
    ];
  }
  return Object.entries(given).flatMap(([name, probe]) => {
    const own = (told: Mistake["told"]) => mistakeOf((nameOf) => `${name}: ${told(nameOf)}`);
    if (!isRecord(probe)) return [own(() => `must be an object, { maxChange: 0.05 }`)];
    const wrong = optionMistakes(probe, rules);
    const { options } = probe as Partial<NamedProbe>;
    const inOptions = options === undefined || isRecord(options)
      ? perturbationMistakes(name, options)
      : [];
    return [...wrong, ...inOptions].map(({ told }) => own(told));
  });
}

function perturbationMistakes(name: string, options: object | undefined): Mistake[] {
  const all = { ...textPerturbations, ...imagePerturbations };
  try {
    perturbationNamed<unknown>(all, name, options);
    return [];
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    return error.mistakes.length > 0 ? [...error.mistakes] : [mistakeOf(() => messageOf(error))];
  }
}

function isTest(value: unknown): boolean {
  return isRecord(value) && typeof value.cases === "function" &&
    typeof value.failure === "function";
}
