/**
 * Several models that answer together.
 *
 * @module
 */
import {
  averagePredictions,
  type EnsembleOptions as MeanOptions,
} from "../../combine/ensemble/average_predictions.ts";
import { type RowUncertainty, uncertaintyOf } from "../../combine/ensemble/uncertainty.ts";
import { votePredictions } from "../../combine/ensemble/vote.ts";
import { optionMistakes, refuseOptions, requireOptions } from "../../core/check_options.ts";
import { customInspect } from "../../core/display.ts";
import { mistakes, optionMistake, TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { oneOf, record, type Rules } from "../../core/option_rules.ts";
import { quoted } from "../../core/quoted.ts";
import type { Predictions } from "../../nn/predictions.ts";
import type { Table } from "../../table/table.ts";
import type { LabelPredictions } from "../../metrics/class_score.ts";
import type { SaidLabel } from "../../tasks/shared/labelled_rows.ts";
import { checkMetrics } from "../check_metrics.ts";
import { shownAnswers, shownEnsembleReport } from "./ensemble_display.ts";
import {
  type EnsembleMember,
  type EnsembleMembers,
  isAdapterSet,
  memberAnswers,
  memberNames,
} from "./ensemble_members.ts";
import { predictionsOfAnswers, saidBy } from "./said_labels.ts";
import { type EnsembleFigures, ensembleFigures, type EnsembleMetrics } from "./ensemble_report.ts";

/** How members answer together. */
export interface EnsembleSettings<Name extends string = string> {
  /** `mean` of the probabilities unless given, or `votes` for labels. */
  readonly by?: "mean" | "votes";
  /** The share of each member, such as `greedyEnsemble` finds them: all alike unless given. */
  readonly weights?: Readonly<Partial<Record<Name, number>>>;
}

/** An answer of several models. */
export interface EnsembleAnswer<Name extends string = string, Input = string> extends SaidLabel {
  readonly input: Input;
  /** What each member says. */
  readonly members: Readonly<Record<Name, SaidLabel["label"]>>;
  /** How unsure they are, in nats, and how much of it is disagreement. */
  readonly uncertainty: RowUncertainty;
}

/** Rows with their labels, for members that know no test rows. */
export interface EnsembleRows {
  readonly rows: Table;
  /** The column of the input. */
  readonly input: string;
  /** The column of the label. */
  readonly label: string;
}

/** Several models that answer together. */
export interface Ensemble<Name extends string = string, Input = string> {
  readonly names: readonly Name[];
  /** The share of each member; the sum is 1. */
  readonly weights: Readonly<Record<Name, number>>;
  /** Answers inputs. Adapters on one base are asked in the same batches. */
  predict(inputs: readonly Input[]): Promise<EnsembleAnswer<Name, Input>[]>;
  /**
   * Scores the ensemble beside its members on the test rows that their runs share, or on rows of one label each:
   * scores with intervals, doubt beside errors, and calibration before and after temperature scaling. The report
   * shows itself, with its charts in a notebook.
   *
   * @throws {TunebookError} of kind `input` for members of other test rows or labels, and metrics that make no
   *   sense; of kind `data` for rows with labels that no member knows.
   */
  evaluate(metrics: EnsembleMetrics, rows?: EnsembleRows): Promise<EnsembleReport>;
  toString(): string;
}

/** The figures of an ensemble, which show themselves. */
export interface EnsembleReport extends EnsembleFigures {
  /** What the ensemble said about the rows, for other metrics and charts. */
  readonly predictions: LabelPredictions;
  toString(): string;
}

const rules: Rules<EnsembleSettings> = { by: oneOf(["mean", "votes"]), weights: record };

/** Chooses the halves by which calibration is measured. */
export const calibrationSeed = 1;

/**
 * Makes one answerer of several models that label inputs: what runs leave, opened folders, or a set of adapters on
 * one open base, which then compute the base's products for all adapters in the same batches.
 *
 * @param members models by their names, or `(await open(base)).attach({ a, b, c })`
 * @throws {TunebookError} of kind `input` for fewer than two members and options that make no sense.
 *
 * @example
 * ```ts
 * import { accuracy, ensemble, predictionsOf } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * // Stands for the result of a run.
 * const member = (...logits: number[]) => ({
 *   predict: (texts: readonly string[]) =>
 *     Promise.resolve(
 *       texts.map(() => ({ label: "good", probabilities: { bad: 0.25, good: 0.75 } })),
 *     ),
 *   predictions: predictionsOf({
 *     kind: "single",
 *     labels: ["bad", "good"],
 *     logits: Float32Array.from(logits), // [2 rows × 2 labels]
 *     truth: [0, 1],
 *   }),
 * });
 * const both = ensemble({ first: member(0, 1, 0, 4), second: member(3, 0, 1, 0) });
 * const [answer] = await both.predict(["a fine film"]);
 * assert.equal(answer.label, "good");
 * assert.equal((await both.evaluate({ accuracy })).ensemble.scores.accuracy, 1);
 * ```
 */
export function ensemble<Name extends string, Input = string>(
  members: EnsembleMembers<Name, Input>,
  settings: EnsembleSettings<Name> = {},
): Ensemble<Name, Input> {
  requireOptions("ensemble", settings);
  const names = isRecord(members) ? memberNames(members) : [];
  checkEnsemble(members, settings, names);
  const { by = "mean", weights: given } = settings;
  const all = names.map((name) => given ? given[name] ?? 0 : 1);
  const total = all.reduce((sum, weight) => sum + weight, 0);
  const shares = all.map((weight) => weight / total);
  const how: MeanOptions = { weights: shares };
  const combined = (said: readonly LabelPredictions[]) =>
    by === "votes" ? votePredictions(said, how) : averagePredictions(said, how);
  const text = () =>
    `${by === "votes" ? "votes" : "mean"} of ${
      names.map((name, at) => `${name} (${shares[at].toPrecision(2)})`).join(", ")
    }${isAdapterSet(members) ? " on one base" : ""}`;
  return Object.freeze({
    names: Object.freeze([...names]),
    weights: Object.freeze(
      Object.fromEntries(names.map((name, at) => [name, shares[at]])),
    ) as Record<
      Name,
      number
    >,
    async predict(inputs: readonly Input[]) {
      if (inputs.length === 0) return [];
      const answers = await memberAnswers(members, inputs);
      const said = answers.map((each) => predictionsOfAnswers(each));
      const together = combined(said);
      const doubts = uncertaintyOf(said);
      return shownAnswers(inputs.map((input, row): EnsembleAnswer<Name, Input> => ({
        input,
        ...saidBy(together, row),
        members: Object.fromEntries(
          names.map((name, at) => [name, answers[at][row].label]),
        ) as Record<
          Name,
          SaidLabel["label"]
        >,
        uncertainty: doubts[row],
      })));
    },
    async evaluate(metrics: EnsembleMetrics, rows?: EnsembleRows) {
      checkMetrics(metrics);
      const said = rows ? await askedAbout(members, rows) : knownPredictions(members, names);
      const together = combined(said);
      const figures = ensembleFigures(
        Object.fromEntries(names.map((name, at) => [name, said[at]])),
        together,
        { metrics, seed: calibrationSeed },
      );
      return shownEnsembleReport({ ...figures, predictions: together });
    },
    toString: text,
    [customInspect]: text,
  });
}

function checkEnsemble<Name extends string, Input>(
  members: EnsembleMembers<Name, Input>,
  settings: EnsembleSettings,
  names: readonly string[],
): void {
  const wrong = [...optionMistakes(settings, rules)];
  if (names.length < 2) wrong.push(optionMistake("members", "must be two models or more by name"));
  else if (!isAdapterSet(members)) {
    for (const [name, member] of Object.entries<Partial<EnsembleMember<Input>>>(members)) {
      if (typeof member?.predict === "function") continue;
      wrong.push(
        optionMistake(`members.${name}`, "answers nothing: give what run() or open() gives"),
      );
    }
  }
  if (isRecord(settings.weights)) {
    for (const [name, weight] of Object.entries(settings.weights)) {
      if (!names.includes(name)) wrong.push(optionMistake(`weights.${name}`, "is of no member"));
      else if (!(Number.isFinite(weight) && weight! >= 0)) {
        wrong.push(optionMistake(`weights.${name}`, "must be a number of 0 and more"));
      }
    }
    if (Object.values(settings.weights).every((weight) => !(weight! > 0))) {
      wrong.push(optionMistake("weights", "are all 0"));
    }
  }
  refuseOptions("ensemble", wrong);
}

function knownPredictions<Name extends string, Input>(
  members: EnsembleMembers<Name, Input>,
  names: readonly Name[],
): LabelPredictions[] {
  const known = isAdapterSet(members)
    ? []
    : names.flatMap((name) => members[name].predictions ?? []) as LabelPredictions[];
  if (known.length === names.length) return known;
  throw new TunebookError(
    "input",
    "these members know no test rows: give some, " +
      'evaluate({ accuracy }, { rows, input: "text", label: "label" })',
  );
}

async function askedAbout<Name extends string, Input>(
  members: EnsembleMembers<Name, Input>,
  { rows, input, label }: EnsembleRows,
): Promise<LabelPredictions[]> {
  const [inputs, truths] = [input, label].map((column) => {
    if (rows.columnNames().includes(column)) return Array.from(rows.array(column));
    throw new TunebookError("input", `the rows have no column ${quoted(column)}`);
  });
  const answers = await memberAnswers(members, inputs as Input[]);
  const labels = Object.keys(answers[0][0].probabilities);
  const truth = truths.map((each) => labels.indexOf(String(each)));
  const unknown = [...new Set(truths.filter((_, row) => truth[row] < 0).map(String))];
  if (unknown.length > 0) {
    throw mistakes("data", "these labels are not those of the members:", unknown.map(quoted));
  }
  return answers.map((each) => predictionsOfAnswers(each, truth)) as Predictions<"single">[];
}
