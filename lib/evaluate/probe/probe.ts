/**
 * Asks a model what it must bear, and reports what it does not.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { abortSignal, integer, type Rules, yesOrNo } from "../../core/option_rules.ts";
import { wilsonInterval } from "../../core/wilson_interval.ts";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";
import type { BehaviouralTest, ProbeCase } from "./behavioural_test.ts";
import { shownProbe } from "./probe_display.ts";
import type { ProbeReport, ProbeResult } from "./probe_report.ts";

/** What answers texts with labels: an open model, or the result of a run. */
export interface ProbedModel {
  predict(
    texts: readonly string[],
    options?: { readonly signal?: AbortSignal },
  ): Promise<readonly SaidLabel[]>;
}

/** How a model is probed. */
export interface ProbeOptions {
  /** Chooses what perturbations draw: 0 unless given. */
  readonly seed?: number;
  /** Failed tests are an error, after the report was shown; not unless told. */
  readonly strict?: boolean;
  readonly signal?: AbortSignal;
}

const rules: Rules<ProbeOptions> = { seed: integer, strict: yesOrNo, signal: abortSignal };

/**
 * Runs behavioural tests: simple texts that must be right, changes that must not move the answer, and changes
 * that must move it one way (CheckList, Ribeiro et al. 2020, arXiv 2005.04118). A score says how often a model is
 * right on rows like those that it was trained on; this says what it breaks on.
 *
 * @param model an open model or the result of a run, of labels for texts
 * @throws {TunebookError} of kind `input` for tests without cases, for a model that gives no labels, and with
 *   `strict` where a test fails.
 *
 * @example
 * ```ts
 * import { invariance, letterCase, minimumFunctionality, probe } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * // Stands for await open("out/reviews").
 * const model = {
 *   predict: async (texts: readonly string[]) =>
 *     texts.map((text) => ({ label: text.includes("good") ? "positive" : "negative", probabilities: {} })),
 * };
 * const report = await probe(model, [
 *   minimumFunctionality("praise", { texts: ["so good"], expect: "positive" }),
 *   invariance("capitals", { texts: ["so good", "so bad"], perturb: letterCase({ to: "upper" }) }),
 * ]);
 * assert.deepEqual(report.tests.map(({ rate }) => rate), [0, 0.5]);
 * assert.equal(report.tests[1].failures[0].text, "SO GOOD");
 * ```
 */
export async function probe(
  model: ProbedModel,
  tests: readonly BehaviouralTest[],
  options: ProbeOptions = {},
): Promise<ProbeReport> {
  checkOptions("probe", options, rules);
  const { seed = 0, strict = false, signal } = options;
  if (tests.length === 0) throw new TunebookError("input", "probe has no tests");
  const all = tests.map((test) => ({ test, cases: test.cases(seed) }));
  const without = all.filter(({ cases }) => cases.length === 0).map(({ test }) =>
    `${test.name}: no text has anything that it changes`
  );
  if (without.length > 0) throw mistakes("input", "these tests have no cases:", without);
  const texts = [
    ...new Set(
      all.flatMap(({ cases }) =>
        cases.flatMap(({ text, before }) => before === undefined ? [text] : [text, before])
      ),
    ),
  ];
  const answers = await model.predict(texts, signal ? { signal } : {});
  checkLabels(answers, texts.length);
  const answerOf = new Map(texts.map((text, at) => [text, answers[at]]));
  const results = all.map(({ test, cases }) => resultOf(test, cases, answerOf));
  const report = shownProbe({
    tests: results,
    passed: results.every(({ passed }) => passed),
  });
  const failed = results.filter(({ passed }) => !passed);
  if (strict && failed.length > 0) {
    console.log(String(report));
    throw mistakes(
      "input",
      "the model fails tests of its behaviour:",
      failed.map(({ name, failures, cases, mostFailures }) =>
        `${name}: ${failures.length} of ${cases} cases, and ${mostFailures} of them may`
      ),
    );
  }
  return report;
}

function checkLabels(answers: readonly SaidLabel[], expected: number): void {
  if (answers.length === expected && answers.every((each) => each?.probabilities !== undefined)) {
    return;
  }
  throw new TunebookError(
    "input",
    "probe asks models that label texts, and this one answers otherwise; use a model of text classification",
  );
}

function resultOf(
  test: BehaviouralTest,
  cases: readonly ProbeCase[],
  answerOf: ReadonlyMap<string, SaidLabel>,
): ProbeResult {
  const { kind, name, mostFailures } = test;
  const failures = cases.flatMap((each) => {
    const { text, before } = each;
    const why = test.failure(
      answerOf.get(text)!,
      before === undefined ? undefined : answerOf.get(before),
      each,
    );
    return why === undefined ? [] : [{ ...each, why }];
  });
  const { mean, low, high } = wilsonInterval(failures.length, cases.length);
  return {
    ...{ kind, name, mostFailures, cases: cases.length, failures },
    ...{ rate: mean, low, high, passed: mean <= mostFailures },
  };
}
