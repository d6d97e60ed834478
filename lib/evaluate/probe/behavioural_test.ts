/**
 * What a model is tested for beside its score: the three kinds of CheckList (Ribeiro et al. 2020, arXiv
 * 2005.04118).
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import {
  anything,
  callable,
  required,
  type Rule,
  type Rules,
  texts,
  wholeFrom0,
} from "../../core/option_rules.ts";
import { quoted } from "../../core/quoted.ts";
import { Random } from "../../core/random.ts";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";
import type { Perturbation } from "./perturb/perturbation.ts";

/** What is asked: a text or an image, and for the other kinds the one that it was made of. */
export interface ProbeCase<Input = string> {
  readonly input: Input;
  readonly before?: Input;
  /** What reports call an image. */
  readonly title?: string;
}

/**
 * A test of a model's answers to texts, or to images. `minimumFunctionality`, `invariance`, `direction` and
 * `imageInvariance` make one.
 */
export interface BehaviouralTest<Input = string> {
  readonly kind: "minimum functionality" | "invariance" | "direction";
  readonly name: string;
  /** The share of cases that may fail. */
  readonly mostFailures: number;
  /** Labels that it expects by name; a model that does not know them is refused. */
  readonly labels?: readonly string[];
  /** The cases; the random numbers are of this test alone. */
  cases(seed: number): ProbeCase<Input>[];
  /** Why an answer fails; undefined where it does not. `before` is the answer to the input it was made of. */
  failure(
    answer: SaidLabel,
    before: SaidLabel | undefined,
    each: ProbeCase<Input>,
  ): string | undefined;
}

/** What all kinds take. */
export interface BehaviouralTestOptions {
  /** Texts that are asked. */
  readonly texts: readonly string[];
  /** The share of cases that may fail, from 0 to 1: none unless given. */
  readonly mostFailures?: number;
}

/** The share of cases that may fail. */
export const failuresRule: Rule = [
  "a number from 0 to 1",
  (value) => typeof value === "number" && value >= 0 && value <= 1,
];
const common = { texts: required(texts), mostFailures: failuresRule };

/** What a simple text must be answered with. */
export interface MinimumFunctionalityOptions extends BehaviouralTestOptions {
  /** The label of all texts, or what says whether an answer is right. */
  readonly expect: string | ((answer: SaidLabel, text: string) => boolean);
}

const functionalityRules: Rules<MinimumFunctionalityOptions> = {
  ...common,
  expect: required([
    "a label or a function",
    (value) => ["string", "function"].includes(typeof value),
  ]),
};

/**
 * Simple texts whose label nobody doubts, such as those of `templateTexts`.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { templateTexts, minimumFunctionality } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const test = minimumFunctionality("praise", {
 *   texts: templateTexts("This {thing} is {word}.", { thing: ["film", "book"], word: ["great", "lovely"] }),
 *   expect: "positive",
 * });
 * assert.equal(test.cases(0).length, 4);
 * ```
 */
export function minimumFunctionality(
  name: string,
  options: MinimumFunctionalityOptions,
): BehaviouralTest {
  checkOptions("minimumFunctionality", options, functionalityRules);
  const { texts, expect, mostFailures = 0 } = options;
  return {
    ...{ kind: "minimum functionality", name, mostFailures },
    labels: typeof expect === "string" ? [expect] : [],
    cases: () => texts.map((input) => ({ input })),
    failure(answer, _before, { input }) {
      if (typeof expect === "function") return expect(answer, input) ? undefined : said(answer);
      const labels = Array.isArray(answer.label) ? answer.label : [answer.label];
      return labels.includes(expect) ? undefined : `${said(answer)} instead of ${expect}`;
    },
  };
}

/** What must not change the answer. */
export interface InvarianceOptions extends BehaviouralTestOptions {
  /** What is done to each text. */
  readonly perturb: Perturbation | readonly Perturbation[];
  /** How many changed texts are made of each, by each perturbation: 1 unless given. */
  readonly times?: number;
  /** Whether two answers are the same: the same label unless given. */
  readonly same?: (answer: SaidLabel, before: SaidLabel) => boolean;
}

const invarianceRules: Rules<InvarianceOptions> = {
  ...common,
  perturb: required(anything),
  times: wholeFrom0,
  same: callable,
};

/**
 * Texts with a change that means nothing, such as a typo or another name, which must be answered alike. Texts
 * that a perturbation finds nothing in are left out.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { invariance, typos } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const test = invariance("typos", { texts: ["a lovely film", "so bad"], perturb: typos(), mostFailures: 0.1 });
 * assert.deepEqual(test.cases(1).map(({ before }) => before), ["a lovely film"]);
 * ```
 */
export function invariance(name: string, options: InvarianceOptions): BehaviouralTest {
  checkOptions("invariance", options, invarianceRules);
  const { mostFailures = 0, same = sameLabel } = options;
  return {
    ...{ kind: "invariance", name, mostFailures },
    cases: changedTexts("invariance", name, options),
    failure: (answer, before) => changeOf(answer, before!, same),
  };
}

/** What must change the answer, and which way. */
export interface DirectionOptions extends BehaviouralTestOptions {
  readonly perturb: Perturbation | readonly Perturbation[];
  readonly times?: number;
  /** Whether an answer has moved as it must: `rises("positive")`, `falls("positive")`, or a function. */
  readonly expect: ((answer: SaidLabel, before: SaidLabel) => boolean) & {
    /** The label whose probability it reads. */
    readonly label?: string;
  };
}

const directionRules: Rules<DirectionOptions> = {
  ...common,
  perturb: required(anything),
  times: wholeFrom0,
  expect: required(callable),
};

/**
 * Texts with a change that must move the answer one way, such as praise that is added.
 *
 * @throws {TunebookError} of kind `input` for options that make no sense.
 *
 * @example
 * ```ts
 * import { direction, falls } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const worse = { name: "an insult", apply: (text: string) => `${text} I hated it.` };
 * const test = direction("insults", { texts: ["It was fine."], perturb: worse, expect: falls("positive") });
 * assert.equal(test.cases(1)[0].input, "It was fine. I hated it.");
 * ```
 */
export function direction(name: string, options: DirectionOptions): BehaviouralTest {
  checkOptions("direction", options, directionRules);
  const { mostFailures = 0, expect } = options;
  return {
    ...{ kind: "direction", name, mostFailures },
    labels: expect.label === undefined ? [] : [expect.label],
    cases: changedTexts("direction", name, options),
    failure: (answer, before) =>
      expect(answer, before!) ? undefined : `${said(answer)} after ${said(before!)}`,
  };
}

/**
 * True where the probability of a label is not lower than before, but for a tolerance.
 *
 * @example
 * ```ts
 * import { rises } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const say = (positive: number) => ({ label: "", probabilities: { positive } });
 * assert.ok(rises("positive")(say(0.9), say(0.8)) && !rises("positive")(say(0.5), say(0.8)));
 * ```
 */
export function rises(label: string, tolerance = 0.1): DirectionOptions["expect"] {
  const moved = (answer: SaidLabel, before: SaidLabel) =>
    of(answer, label) >= of(before, label) - tolerance;
  return Object.assign(moved, { label });
}

/**
 * True where the probability of a label is not higher than before, but for a tolerance.
 *
 * @example
 * ```ts
 * import { falls } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const say = (positive: number) => ({ label: "", probabilities: { positive } });
 * assert.ok(falls("positive")(say(0.5), say(0.8)));
 * ```
 */
export function falls(label: string, tolerance = 0.1): DirectionOptions["expect"] {
  const moved = (answer: SaidLabel, before: SaidLabel) =>
    of(answer, label) <= of(before, label) + tolerance;
  return Object.assign(moved, { label });
}

function of({ probabilities }: SaidLabel, label: string): number {
  const found = probabilities[label];
  if (found !== undefined) return found;
  throw new TunebookError(
    "input",
    `there is no label ${quoted(label)}; the model gives ${Object.keys(probabilities).join(", ")}`,
  );
}

/** How an answer differs from the one before; undefined where they are the same. */
export function changeOf(
  answer: SaidLabel,
  before: SaidLabel,
  same: NonNullable<InvarianceOptions["same"]> = sameLabel,
): string | undefined {
  return same(answer, before) ? undefined : `${said(answer)} instead of ${said(before)}`;
}

function sameLabel({ label }: SaidLabel, { label: before }: SaidLabel): boolean {
  return JSON.stringify(label) === JSON.stringify(before);
}

function said({ label, probabilities }: SaidLabel): string {
  const own = typeof label === "string" ? probabilities[label] : undefined;
  const name = Array.isArray(label) ? label.join(", ") || "nothing" : String(label);
  return own === undefined ? name : `${name} (${own.toFixed(2)})`;
}

function changedTexts(
  of: string,
  name: string,
  { texts, perturb, times = 1 }: Pick<InvarianceOptions, "texts" | "perturb" | "times">,
): (seed: number) => ProbeCase[] {
  const all = [perturb].flat() as readonly Perturbation[];
  if (all.length === 0 || !all.every((each) => typeof each?.apply === "function")) {
    throw new TunebookError("input", `${of}: perturb must be perturbations, such as typos()`);
  }
  return (seed) =>
    texts.flatMap((before, row) =>
      all.flatMap((each) => {
        const random = Random.fromSeed(seed, name, each.name, row);
        const made = Array.from({ length: times }, () => each.apply(before, random));
        return [...new Set(made)].flatMap((input) =>
          input === undefined ? [] : [{ input, before }]
        );
      })
    );
}
