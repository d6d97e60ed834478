/**
 * What fine-tuning adds to the best of what needs none, on training rows that are held out for it.
 *
 * @module
 */
import type { AnyPredictions, Predictions } from "../../nn/predictions.ts";
import type { TagPredictions } from "../../nn/tag_predictions.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { RunOptions } from "../run/run_options.ts";
import type { AdviseSettings } from "./advise_options.ts";
import { type MeanInterval, meanInterval } from "./cross_validated.ts";
import { type AdviceGain, bestBaseline } from "./evidence.ts";
import type { LookedAt } from "./look_at_rows.ts";
import { type MeasuredMethods, measureMethods, usualMethods } from "./measured_methods.ts";
import { itemScores, linearProbe, nearestNeighbours, type ProbeItems } from "./probe.ts";

/** What is measured on. */
export interface GainOptions {
  readonly spec: Pick<PlanSpec, "model" | "quantize" | "family" | "task">;
  readonly train: Table;
  readonly looked: LookedAt;
  readonly repeated: ReadonlySet<number>;
  readonly settings: AdviseSettings;
  readonly run: RunOptions;
  readonly signal: AbortSignal;
}

/** The comparison, the gain, and how much the two sides differ row by row. */
export interface MeasuredGain {
  readonly measured: MeasuredMethods;
  readonly gain: AdviceGain;
  /** The mean square of the rows' differences. */
  readonly meanSquare: number;
  /** What the best method scores. */
  readonly best: MeanInterval;
}

/** Rows of two folds are scored, so that differences are seen; the others teach. */
const heldFolds = 2;

/** Compares the methods, and the best of them with the better simple classifier. */
export async function measureGain(options: GainOptions): Promise<MeasuredGain> {
  const { spec, train, looked, settings, run, signal } = options;
  const { minutes, seeds, maxTokens, methods = usualMethods() } = settings;
  const { known, held, taught, asked } = heldRows(options);
  const measured = await measureMethods({
    ...spec,
    data: pickRows(train, taught),
    split: { test: pickRows(train, asked) },
    methods,
    seeds,
    budget: { minutes },
    train: { maxTokens },
    memory: false,
  }, { ...run, signal });
  const simple = bestBaseline({
    baselines: looked.evidence.baselines.filter(({ name }) =>
      name === linearProbe.name || name === nearestNeighbours.name
    ),
  })!;
  const probe = simple.name === linearProbe.name ? linearProbe : nearestNeighbours;
  const { predicted } = probe.answers(looked.items, known, held);
  const byRow = meanByRow(
    itemScores(looked.items.truth, held, predicted),
    held.map((at) => looked.rows[looked.items.rows[at]]),
  );
  const [best] = measured.runs;
  const scores = rowScores(best.predictions, { items: looked.items, held });
  const differences = scores.map((score, at) => score - byRow.get(asked[at])!);
  return {
    measured,
    gain: {
      method: best.name,
      over: simple.name,
      rows: asked.length,
      ...meanInterval(differences, Int32Array.from(asked)),
    },
    best: meanInterval(scores, Int32Array.from(asked)),
    meanSquare: differences.reduce((sum, each) => sum + each ** 2, 0) / differences.length,
  };
}

/** The score of each row as probes have it: of tags the share of right words. */
function rowScores(
  predictions: AnyPredictions,
  { items, held }: { readonly items: ProbeItems; readonly held: readonly number[] },
): Float64Array {
  if (predictions.kind === "tags") {
    const { truth, predicted } = predictions as TagPredictions;
    return Float64Array.from(truth, (own, row) => {
      const right = own.filter((tag, word) => tag === predicted[row][word]).length;
      return right / Math.max(1, own.length);
    });
  }
  const { predicted, labels } = predictions as Predictions;
  const isNumber = items.truth.kind === "numbers";
  // Each row is one item, in the same order.
  const said = Array.from(predicted, (value) => isNumber ? value : labels[value]);
  return itemScores(items.truth, held, said);
}

/** Items that teach and that are asked, and the rows of the table that do. */
function heldRows({ train, looked, repeated }: GainOptions) {
  const { items, folds, rows } = looked;
  const all = [...folds.of.keys()];
  const known = all.filter((at) => folds.of[at] >= heldFolds);
  const classes = new Set(known.map((at) => items.truth.values[at]));
  // A class that none of the others has cannot be learned.
  const held = all.filter((at) =>
    folds.of[at] < heldFolds &&
    (items.truth.kind === "numbers" || classes.has(items.truth.values[at]))
  );
  const asked = [...new Set(held.map((at) => rows[items.rows[at]]))];
  const isHeld = new Set(
    all.filter((at) => folds.of[at] < heldFolds).map((at) => rows[items.rows[at]]),
  );
  const taught = Array.from({ length: train.numRows() }, (_, row) => row)
    // What repeats a row would tell it.
    .filter((row) => !isHeld.has(row) && !repeated.has(row));
  return { known, held, taught, asked };
}

function meanByRow(scores: Float64Array, rows: readonly number[]): Map<number, number> {
  const sums = new Map<number, { sum: number; count: number }>();
  scores.forEach((score, at) => {
    const own = sums.get(rows[at]) ?? { sum: 0, count: 0 };
    own.sum += score;
    own.count++;
    sums.set(rows[at], own);
  });
  return new Map([...sums].map(([row, { sum, count }]) => [row, sum / count]));
}
