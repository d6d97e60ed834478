/**
 * Asks a model what it must bear, and reports what it does not.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { abortSignal, integer, type Rules, yesOrNo } from "../../core/option_rules.ts";
import { wilsonInterval } from "../../core/wilson_interval.ts";
import { pngEncoder } from "../../image/encode_png.ts";
import type { Image } from "../../image/image.ts";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";
import type { BehaviouralTest, ProbeCase } from "./behavioural_test.ts";
import { unknownLabels } from "./unknown_labels.ts";
import { shownProbe } from "./probe_display.ts";
import type { AnyProbeReport, ProbeReport, ProbeResult } from "./probe_report.ts";

/** What a model is given: a text, or the bytes of an image's file. */
export type ProbedInput<Input> = Input extends string ? string : Uint8Array<ArrayBuffer>;

/** What answers texts, or images, with labels: an open model, or the result of a run. */
export interface ProbedModel<Input = string> {
  predict(
    inputs: readonly ProbedInput<Input>[],
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
 * @param model an open model or the result of a run, of labels for texts or for images
 * @throws {TunebookError} of kind `input` for tests without cases and for a model that gives no labels, and of kind
 *   `behaviour` with `strict` where a test fails.
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
 * assert.equal(report.tests[1].failures[0].input, "SO GOOD");
 * ```
 */
export async function probe<Input extends string | Image = string>(
  model: ProbedModel<Input>,
  tests: readonly BehaviouralTest<Input>[],
  options: ProbeOptions = {},
): Promise<ProbeReport<Input>> {
  checkOptions("probe", options, rules);
  const { seed = 0, strict = false, signal } = options;
  if (tests.length === 0) throw new TunebookError("input", "probe has no tests");
  const all = tests.map((test) => ({ test, cases: test.cases(seed) }));
  const without = all.filter(({ cases }) => cases.length === 0)
    .map(({ test }) => `${test.name}: nothing has what it changes`);
  if (without.length > 0) throw mistakes("input", "these tests have no cases:", without);
  const inputs = [
    ...new Set(
      all.flatMap(({ cases }) =>
        cases.flatMap(({ input, before }) => before === undefined ? [input] : [input, before])
      ),
    ),
  ];
  const encode = await pngEncoder();
  const asked = inputs.map((input) => typeof input === "string" ? input : encode(input));
  const answers = await model.predict(asked as ProbedInput<Input>[], signal ? { signal } : {});
  checkLabels(answers, inputs.length);
  const given = answers.flatMap(({ label, probabilities }) => [
    ...[label].flat().map(String),
    ...Object.keys(probabilities),
  ]);
  const wrong = unknownLabels(tests, [...new Set(given)].sort());
  if (wrong.length > 0) throw mistakes("input", wrongLabels, wrong);
  const answerOf = new Map(inputs.map((input, at) => [input, answers[at]]));
  const results = all.map(({ test, cases }) => resultOf(test, cases, answerOf));
  const report = shownProbe(
    { tests: results, passed: results.every(({ passed }) => passed) },
    encode,
  );
  if (strict && !report.passed) {
    console.log(String(report));
    throw mistakes("behaviour", failedTests, failedLines(report));
  }
  return report;
}

const wrongLabels = "these tests expect labels that the model does not know:";

/** What stands above `failedLines`. */
export const failedTests = "the model fails tests of its behaviour:";

/** A line for each test that failed. */
export function failedLines({ tests }: Pick<AnyProbeReport, "tests">): string[] {
  return tests.filter(({ passed }) => !passed).map(({ name, failures, cases, mostFailures }) =>
    `${name}: ${failures.length} of ${cases} cases, and ${mostFailures} of them may`
  );
}

function checkLabels(answers: readonly SaidLabel[], expected: number): void {
  if (answers.length === expected && answers.every((each) => each?.probabilities !== undefined)) {
    return;
  }
  throw new TunebookError(
    "input",
    "probe asks models that give labels, and this one answers otherwise; use one of text or image classification",
  );
}

function resultOf<Input>(
  test: BehaviouralTest<Input>,
  cases: readonly ProbeCase<Input>[],
  answerOf: ReadonlyMap<Input, SaidLabel>,
): ProbeResult<Input> {
  const { kind, name, mostFailures } = test;
  const failures = cases.flatMap((each) => {
    const { input, before } = each;
    const why = test.failure(
      answerOf.get(input)!,
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
