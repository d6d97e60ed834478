/**
 * The rows that deployments are proved on: a few held-out ones, in float32 whatever the scores were in.
 *
 * @module
 */
import { comparedRows } from "../../deploy/compute_drift.ts";
import type { HeldOutRows, RowScore, RowScorer } from "../../deploy/held_out.ts";
import type { Metric } from "../../metrics/metric.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { Outputs } from "../../nn/task.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { rowInterval } from "../compare/score_interval.ts";
import type { AnyMetric } from "../plan_spec.ts";
import type { AnyExamples, Assembled } from "./assemble_stage.ts";
import type { AnyLabelledTask } from "./read_stage.ts";

/** What they are chosen of. */
export interface HeldOutContext {
  readonly task: AnyLabelledTask;
  readonly processor: Assembled["processor"];
  /** All held-out rows, as a table and as examples. */
  readonly table: Table;
  readonly examples: AnyExamples;
  /** The metric that judges the run, and its name in the plan. */
  readonly judge: AnyMetric;
  readonly metric: string;
  /** Rows with what the model before the training says of them, where they are compared with that. */
  withReference(examples: AnyExamples): Promise<AnyExamples>;
  /** What the trained model gives in float32. */
  outputsOf(examples: AnyExamples): Promise<Outputs>;
  readonly signal: AbortSignal;
}

/** The first rows, with what the trained model gives and how long a sequence takes it. */
export async function heldOutRows(
  { task, processor, table, examples, withReference, judge, metric, outputsOf, signal }:
    HeldOutContext,
): Promise<
  Omit<HeldOutRows, "answers" | "language" | "rows"> & {
    readonly rows: AnyExamples;
    readonly milliseconds: number;
  }
> {
  const some = () =>
    task.examples(
      pickRows(table, Int32Array.from({ length: comparedRows }, (_, row) => row)),
      processor,
      { where: "the held-out rows", signal },
    );
  const rows = examples.rows <= comparedRows ? examples : await withReference(await some());
  const start = performance.now();
  const expected = await outputsOf(rows);
  const milliseconds = (performance.now() - start) / Math.max(1, expected.length);
  const score = await rowScorer(rows, judge, metric, expected);
  return { rows, expected, kind: task.task.kind, milliseconds, ...(score ? { score } : {}) };
}

async function rowScorer(
  rows: AnyExamples,
  judge: AnyMetric,
  name: string,
  expected: Outputs,
): Promise<RowScorer | undefined> {
  const numeric = judge as Metric<number, AnyPredictions>;
  if (judge.isTable || !judge.kinds.includes(rows.predictions(expected).kind)) return undefined;
  const scoreOf = async (outputs: Outputs): Promise<RowScore> => {
    const predictions = rows.predictions(outputs);
    await judge.prepare?.(predictions);
    const { mean, low, high, over } = rowInterval(numeric, predictions);
    const isKnown = over === "rows" && Number.isFinite(low) && Number.isFinite(high);
    return isKnown ? { value: mean, low, high } : { value: mean };
  };
  return {
    metric: name,
    better: judge.better,
    ...(judge.range ? { range: judge.range } : {}),
    trained: await scoreOf(expected),
    scoreOf,
  };
}
