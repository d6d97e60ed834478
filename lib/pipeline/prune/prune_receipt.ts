/**
 * What a pruned model was made of.
 *
 * @module
 */
import { bundleOf, withDisplay } from "../../core/display.ts";
import { htmlFrame, htmlSection, htmlTable } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import type { FloatDtype } from "../../deploy/float_dtype.ts";
import { formatNumber } from "../display/format_number.ts";
import type { PruningCriterion } from "./prune_options.ts";

/** A number of the whole model and of the pruned one. */
export interface BeforeAfter {
  readonly before: number;
  readonly after: number;
}

/** One round of a gradual pruning. */
export interface PruningRound {
  /** Heads of a layer after it. */
  readonly heads: number;
  /** The width of a feed-forward part after it. */
  readonly feedForward: number;
  /** The name of the metric that judges the task. */
  readonly metric: string;
  /** After the round's training, on held-out rows. */
  readonly score: number;
}

/** A pruned folder, and what was taken out; plain data, which the folder holds as `pruning.json`. */
export interface PruningReceipt {
  /** The folder that was written. */
  readonly folder: string;
  /** The same for `model(…)`, `file:out/small`. */
  readonly reference: string;
  /** The reference of the whole model. */
  readonly model: string;
  readonly by: PruningCriterion;
  /** What the model was before its training, where `movement` has looked at that. */
  readonly base?: string;
  /** How many rows were looked at; 0 where none were. */
  readonly rows: number;
  readonly seed: number;
  readonly dtype: FloatDtype;
  readonly parameters: BeforeAfter;
  /** Heads of queries of a layer. */
  readonly heads: BeforeAfter;
  /** Inner numbers of a layer's feed-forward part. */
  readonly feedForward: BeforeAfter;
  readonly layers: BeforeAfter;
  /** The layers that stay, counted from 0. */
  readonly keptLayers: readonly number[];
  /** The heads that stay in each layer of the whole model, or groups of them; absent where all do. */
  readonly keptHeads?: readonly (readonly number[])[];
  /** How much each layer of the whole model changes its input, where that was measured. */
  readonly influence?: readonly number[];
  /** What each round left and scored, where there were several. */
  readonly rounds?: readonly PruningRound[];
  /** Why transformers cannot open the folder; absent where it can. */
  readonly transformersObstacle?: string;
}

/** Where a folder holds its receipt. */
export const pruningFile = "pruning.json";

/** A receipt that shows itself. */
export function pruningReceipt(receipt: PruningReceipt): PruningReceipt {
  return Object.freeze(withDisplay(receipt, shown));
}

function shown(receipt: PruningReceipt) {
  const { folder, by, rows, model, transformersObstacle, influence, keptLayers } = receipt;
  const columns = ["", "before", "after", "kept"];
  const counted = {
    "parameters": receipt.parameters,
    "layers": receipt.layers,
    "heads of a layer": receipt.heads,
    "feed-forward width": receipt.feedForward,
  };
  const cells = Object.entries(counted).map(([what, { before, after }]) => [
    what,
    before.toLocaleString("en"),
    after.toLocaleString("en"),
    `${(100 * after / before).toFixed(1)} %`,
  ]);
  const title = `${model} pruned by ${by}${rows > 0 ? ` on ${rows} rows` : ""} in ${folder}`;
  const notes = [
    ...receipt.layers.after < receipt.layers.before
      ? [`layers that stay, counted from 0: ${keptLayers.join(", ")}`]
      : [],
    ...influence
      ? [`influence of layers: ${influence.map((each) => each.toFixed(3)).join(", ")}`]
      : [],
    ...(receipt.rounds ?? []).map(({ heads, feedForward, metric, score }, at) =>
      `round ${at + 1}: ${heads} heads, width ${feedForward}, ${metric} ${formatNumber(score)}`
    ),
    ...transformersObstacle === undefined ? [] : [transformersObstacle],
  ];
  return bundleOf(
    [title, textTable(columns, cells, ["left", "right", "right", "right"]), ...notes, ""].join(
      "\n",
    ),
    htmlFrame(htmlSection(
      title,
      htmlTable({
        caption: notes.join("; "),
        columns: columns.map((title, at) => at === 0 ? { title } : { title, align: "right" }),
        rows: cells,
      }),
    )),
  );
}
