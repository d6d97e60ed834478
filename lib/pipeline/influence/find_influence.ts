/**
 * Finds what the training rows of a run have done to held-out rows.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Progress } from "../../core/progress.ts";
import type { Device, State } from "../../engine/mod.ts";
import { openRowVectors } from "../../evaluate/row_vectors.ts";
import { modelHead } from "../../nn/model.ts";
import type { Processor } from "../../nn/processor.ts";
import { parameters, type TrainableModel } from "../../nn/trainable_model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import { pickRows, sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import { openRowGradients } from "../../train/influence/row_gradients.ts";
import { type RowTrace, traceRows } from "../../train/influence/tracin.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import { sequencesOf } from "../../train/training_rows.ts";
import type { DataSource } from "../plan_spec.ts";
import { type AnyExamples, trainableOf } from "../run/assemble_stage.ts";
import { type AnyLabelledTask, readRows } from "../run/read_stage.ts";
import type { Influence, InfluenceRow, InfluentialRow, NearRow } from "./influence.ts";
import { shownInfluence } from "./influence_display.ts";
import type { InfluenceOptions } from "./influence_options.ts";
import { influencePoints } from "./influence_points.ts";

/** A run whose training rows are asked. */
export interface TracedRun {
  readonly task: AnyLabelledTask;
  readonly processor: Processor;
  readonly device: Device;
  readonly trainable: TrainableModel;
  /** The trained tensors. */
  readonly state: State;
  readonly settings: TrainSettings;
  readonly totalSteps: number;
  readonly train: { readonly table: Table; readonly examples: AnyExamples };
  progress(title: string, total: number): Progress;
}

/** Rows of a table as a model takes them. */
interface EncodedRows {
  readonly table: Table;
  readonly examples: AnyExamples;
}

const usualListed = 5;

/** Compares the gradients of the given rows with those of all training rows. */
export async function findInfluence(
  source: DataSource,
  options: InfluenceOptions,
  run: TracedRun,
  signal: AbortSignal,
): Promise<Influence> {
  const { listed = usualListed, rankedBy = "influence" } = options;
  const { train } = run;
  const held = await heldRows(source, run, signal);
  refuseOtherRows(train.examples, "the training rows", run);
  refuseOtherRows(held.examples, "the given rows", run);
  const { traces, points } = await tracesOf(held, options, run, signal);
  const nearest = await nearestRows(held, listed, run, signal);
  const about = rowReader(train.table, "the training data", run);
  const heldOut = rowReader(held.table, "the given rows", run);
  const ranked = ({ influence, cosine }: Omit<RowTrace, "loss">, sign: 1 | -1) => {
    const by = rankedBy === "cosine" ? cosine : influence;
    return topRows(by, sign, listed).map((row): InfluentialRow => ({
      ...about(row),
      influence: influence[row],
      cosine: cosine[row],
    }));
  };
  return shownInfluence({
    points,
    harmful: ranked(meanOf(traces), -1),
    rows: traces.map((trace, row) => ({
      ...heldOut(row),
      loss: trace.loss,
      proponents: ranked(trace, 1),
      opponents: ranked(trace, -1),
      ...(nearest
        ? {
          nearest: nearest[row].map(({ row, similarity }): NearRow => ({
            ...about(row),
            similarity,
          })),
        }
        : {}),
      influences: trace.influence,
      cosines: trace.cosine,
    })),
  }, { rankedBy });
}

/** Reads the rows that are asked, with their labels. */
async function heldRows(
  source: DataSource,
  { task, processor }: TracedRun,
  signal: AbortSignal,
): Promise<EncodedRows> {
  const { table, where } = await readRows(source, task.task, "the given rows", { signal });
  if (table.numRows() === 0) throw new TunebookError("data", `influence: ${where} has no rows`);
  if (task.checkHeldOut) task.checkHeldOut(table, where);
  else task.task.checkRows(table, where);
  return { table, examples: await task.examples(table, processor, { where, signal }) };
}

/** Refuses what is no row by row training on these rows. */
function refuseOtherRows(
  { rows, lengths, groups, rollouts, withReference, teaching }: AnyExamples,
  which: string,
  { task: { task: { name } } }: TracedRun,
): void {
  const why = rollouts
    ? "the model of this run learnt from rows that it sampled itself"
    : withReference
    ? "the loss compares with the model before the training, which is gone"
    : teaching
    ? "the loss compares with a teacher, who is not asked again"
    : (groups ?? lengths).length !== rows
    ? `${which} are not one example each, such as texts that are cut into windows`
    : undefined;
  if (why !== undefined) throw new TunebookError("unsupported", `influence: ${why} (${name})`);
}

async function tracesOf(
  held: EncodedRows,
  { checkpoints }: InfluenceOptions,
  run: TracedRun,
  signal: AbortSignal,
): Promise<{ readonly traces: RowTrace[]; readonly points: number }> {
  const { device, trainable, train, settings, totalSteps } = run;
  const { model, adapter } = trainable;
  const state = device.createState(trainedTensors(model, adapter), [parameters]);
  try {
    const trained = await run.state.read(parameters);
    const points = await influencePoints(checkpoints, { settings, totalSteps, state, trained });
    // A row's own loss is divided by its own weight, so that weights of classes do not count.
    const { classWeights: _, ...plain } = settings;
    const on = { device, state };
    const asked = (examples: AnyExamples) =>
      openRowGradients(trainableOf(trainable, examples, plain), examples, on);
    await using heldGradients = await asked(held.examples);
    await using trainGradients = await asked(train.examples);
    const { rows } = train.examples;
    const progress = run.progress("gradients", rows * points.length);
    let done = 0;
    const traces = await traceRows(
      { gradients: heldGradients, count: held.examples.rows },
      { gradients: trainGradients, count: rows },
      points,
      { onRow: () => progress.update(++done), signal },
    );
    progress.end();
    return { traces, points: points.length };
  } finally {
    state.dispose();
  }
}

/** The training rows with the nearest vectors of each given row; nothing of heads that read maps. */
async function nearestRows(
  held: EncodedRows,
  listed: number,
  { device, trainable, state, train }: TracedRun,
  signal: AbortSignal,
): Promise<{ readonly row: number; readonly similarity: number }[][] | undefined> {
  if (modelHead(trainable.model).reads === "maps") return undefined;
  await using vectors = await openRowVectors(trainable, { device, state });
  const unitsOf = async ({ examples }: EncodedRows) => {
    const found = await vectors.of(examples, signal);
    return Array.from({ length: examples.rows }, (_, row) => {
      const parts = sequencesOf(examples, [row]).map((sequence) => found[sequence]);
      return unit(Float64Array.from(parts[0], (_, at) => parts.reduce((a, b) => a + b[at], 0)));
    });
  };
  const known = await unitsOf({ table: train.table, examples: train.examples });
  return (await unitsOf(held)).map((asked) => {
    const similarities = Float64Array.from(
      known,
      (each) => each.reduce((sum, value, at) => sum + value * asked[at], 0),
    );
    return topRows(similarities, 1, listed, false)
      .map((row) => ({ row, similarity: similarities[row] }));
  });
}

function unit(vector: Float64Array): Float64Array {
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return length === 0 ? vector : vector.map((value) => value / length);
}

/** The rows with most in a direction; only those that have something in it unless told otherwise. */
function topRows(values: Float64Array, sign: 1 | -1, count: number, isSigned = true): number[] {
  return Array.from(values.keys())
    .filter((row) => !isSigned || sign * values[row] > 0)
    .sort((a, b) => sign * (values[b] - values[a]) || a - b)
    .slice(0, count);
}

function meanOf(traces: readonly RowTrace[]): Omit<RowTrace, "loss"> {
  const mean = (of: (trace: RowTrace) => Float64Array) =>
    of(traces[0]).map((_, row) =>
      traces.reduce((sum, trace) => sum + of(trace)[row], 0) / traces.length
    );
  return { influence: mean(({ influence }) => influence), cosine: mean(({ cosine }) => cosine) };
}

/** Reads what a person sees of a row. */
function rowReader(
  table: Table,
  where: string,
  { task: { task } }: TracedRun,
): (row: number) => InfluenceRow {
  const { numberOf } = sourceRows(table, where);
  return (row) => ({ row, number: numberOf(row), ...task.preview(pickRows(table, [row]), 0) });
}
