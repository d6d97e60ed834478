/**
 * What simple classifiers on the untrained model's vectors say of training rows.
 *
 * @module
 */
import type { Device } from "../../engine/mod.ts";
import { Random } from "../../core/random.ts";
import { columnValues } from "../../table/columns.ts";
import { pickRows, sourceRows } from "../../table/source_rows.ts";
import type { Table } from "../../table/table.ts";
import type { OpenedModel } from "../run/open_stage.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import type { AdviseSettings } from "./advise_options.ts";
import { labelNoise } from "./confident_errors.ts";
import {
  type CrossValidated,
  crossValidateProbe,
  type Folds,
  foldsOf,
  meanInterval,
} from "./cross_validated.ts";
import type { AdviceBaseline, AdviceNoise, Evidence } from "./evidence.ts";
import { openFrozen } from "./frozen_vectors.ts";
import { learningCurve } from "./learning_curve.ts";
import { orderDrift } from "./order_drift.ts";
import { itemScores, linearProbe, majority, nearestNeighbours, type ProbeItems } from "./probe.ts";
import { probedKind, probeItems } from "./probe_items.ts";
import { rowOrder } from "./row_order.ts";
import { canContinue, zeroShot } from "./zero_shot.ts";

/** What is looked at. */
export interface LookOptions {
  readonly task: AnyLabelledTask;
  readonly opened: OpenedModel;
  readonly device: Device;
  readonly settings: AdviseSettings;
  /** Training rows that repeat others, which would make classifiers look good. */
  readonly repeated: ReadonlySet<number>;
  readonly signal: AbortSignal;
}

/** What was seen. */
export interface LookedAt {
  readonly evidence: Pick<Evidence, "baselines" | "curve" | "noise" | "drift">;
  readonly items: ProbeItems;
  readonly folds: Folds;
  /** The row of the training table of each row of the items. */
  readonly rows: readonly number[];
  /** What the two classifiers say, for how often they differ. */
  readonly answers: { readonly nearest: CrossValidated; readonly linear: CrossValidated };
}

/** Parts of the rows that a classifier learns from for a learning curve. */
const curveShares = [1 / 8, 1 / 4, 1 / 2];

/** Cross-validates the probes and reads off noise, drift and the learning curve. */
export async function lookAtRows(train: Table, options: LookOptions): Promise<LookedAt> {
  const { task, opened, device, settings, repeated, signal } = options;
  const { seed } = settings;
  const order = rowOrder(train, settings.order, "the training data");
  const unique = order.rows.filter((row) => !repeated.has(row));
  const drawn = new Set(
    Random.fromSeed(seed, "advice").shuffle([...unique]).slice(0, settings.rows),
  );
  const rows = unique.filter((row) => drawn.has(row));
  await using frozen = await openFrozen(opened, { device, signal });
  const items = await probeItems(train, rows, {
    ...{ task, opened, frozen, signal },
    maxTokens: settings.maxTokens,
    where: "the training data",
  });
  const groups = settings.groups && columnValues(train, settings.groups);
  const folds = foldsOf(items, seed, groups ? rows.map((row) => groups[row]) : undefined);
  const [most, nearest, fitted] = [majority, nearestNeighbours, linearProbe]
    .map((probe) => crossValidateProbe(probe, items, folds));
  const baselines = [most, nearest, fitted].map(({ probe, scores }): AdviceBaseline => ({
    name: probe,
    score: meanInterval(scores, items.rows),
  }));
  const prompted = await promptBaseline(train, rows, options);
  const learned = items.rows.length * (folds.count - 1) / folds.count;
  const curve = learningCurve(
    [
      ...curveShares.map((share) => ({
        rows: Math.round(share * learned),
        scores: crossValidateProbe(linearProbe, items, folds, share).scores,
      })),
      { rows: Math.round(learned), scores: fitted.scores },
    ],
    items.rows.length,
    seed,
  );
  const noise = probedKind(task.task) === "numbers"
    ? undefined
    : noiseOf(train, rows, items, fitted, task);
  return {
    evidence: {
      baselines: [...baselines, ...prompted],
      curve,
      ...(noise ? { noise } : {}),
      drift: { ...orderDrift(items, { order: order.name, seed }), isTime: order.isTime },
    },
    items,
    folds,
    rows,
    answers: { nearest, linear: fitted },
  };
}

function noiseOf(
  train: Table,
  rows: readonly number[],
  { truth, rows: rowOf }: ProbeItems,
  { predicted, margins }: CrossValidated,
  { task: { report } }: AnyLabelledTask,
): AdviceNoise {
  const { numberOf } = sourceRows(train, "the training data");
  const texts = report.texts(train);
  const found = labelNoise(truth.values.map((label, at) => ({
    row: rows[rowOf[at]],
    label: String(label),
    predicted: String(predicted[at]),
    margin: margins[at],
  })));
  return {
    share: found.share,
    rows: found.rows.map(({ row, label, predicted }) => ({
      number: numberOf(row),
      text: String(texts[row]),
      label,
      suggested: predicted,
    })),
  };
}

/** A prompt is asked once for each label, and each time costs as much as a row of a training. */
const mostPrompted = { rows: 200, labels: 10 };

/** What a language model says without training, where the rows are texts with classes. */
async function promptBaseline(
  train: Table,
  rows: readonly number[],
  { task, opened, device, settings, signal }: LookOptions,
): Promise<AdviceBaseline[]> {
  const { kind, report, stratify } = task.task;
  const { labels } = task;
  if (kind !== "single" || !canContinue(opened) || labels.length > mostPrompted.labels) return [];
  const every = Math.max(1, Math.ceil(rows.length / mostPrompted.rows));
  const chosen = pickRows(train, rows.filter((_, at) => at % every === 0));
  const truth = report.classes!(chosen).map(([value]) => String(value));
  const predicted = await zeroShot(opened, report.texts(chosen).map(String), {
    labels,
    asked: stratify ?? "label",
    maxTokens: settings.maxTokens,
    ...{ device, signal },
  });
  const all = truth.map((_, at) => at);
  const scores = itemScores({ kind: "classes", values: truth }, all, predicted);
  return [{ name: "zero-shot prompt", score: meanInterval(scores, Int32Array.from(all)) }];
}
