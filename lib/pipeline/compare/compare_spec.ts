/**
 * What a comparison of methods is made of.
 *
 * @module
 */
import type { Metric } from "../../metrics/metric.ts";
import type { Method } from "../../nn/method.ts";
import type { AnyPredictions, Predictions } from "../../nn/predictions.ts";
import type { TextPredictions } from "../../nn/text_predictions.ts";
import type { TrainOptions } from "../../train/train_options.ts";
import type { WritingOptions } from "../evaluate_options.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { asksForTexts } from "../run/score_stage.ts";

/**
 * What each run may use. `epochs`: every method sees the same rows as often. `minutes`: the whole
 * comparison takes about so long, and every run gets an equal share of it; the epochs of a method
 * follow from the speed of its first steps.
 */
export type Budget = { readonly epochs: number } | { readonly minutes: number };

/** The training settings that all methods share; the learning rate is each method's own. */
export type SharedTrainOptions = Pick<
  TrainOptions,
  | "batchSize"
  | "accumulate"
  | "schedule"
  | "warmup"
  | "weightDecay"
  | "maxGradientNorm"
  | "labelSmoothing"
  | "cacheFrozen"
  | "gradientCheckpointing"
  | "packing"
  | "compute"
  | "order"
  | "maxTokens"
>;

/** A score of one number: of the task's own predictions, or of texts where the model writes. */
export type ComparedMetric<Predicted extends AnyPredictions> = Predicted extends
  Predictions<"language"> ? Metric<number, Predicted> | Metric<number, TextPredictions>
  : Metric<number, Predicted>;

/** How to compare. */
export interface CompareOptions<
  // deno-lint-ignore no-explicit-any
  Predicted extends AnyPredictions = any,
> {
  /**
   * The score that decides; what is natural for the task unless given: accuracy, perplexity … For a score
   * of written texts, such as `chrf`, every run answers the held-out rows.
   */
  readonly metric?: ComparedMetric<Predicted>;
  /** How answers are written for such a score, as in `.evaluate()`: `{ beams: 4 }`; greedily unless given. */
  readonly generate?: WritingOptions;
  /** Runs of each method, each with its own head, start, order of rows and dropout; 3 unless given. */
  readonly seeds?: number;
  /** `{ epochs: 3 }` unless given. */
  readonly budget?: Budget;
  readonly train?: SharedTrainOptions;
  /** Measures peak memory: each method's first run is a process of its own; true unless given. */
  readonly memory?: boolean;
}

/** All parts of a comparison. */
export interface CompareSpec
  extends
    Pick<PlanSpec, "model" | "quantize" | "layers" | "family" | "data" | "task" | "split">,
    CompareOptions {
  readonly methods: Readonly<Record<string, Method>>;
}

/** Runs of each method. */
export const defaultSeeds = 3;
/** As often as a plan's training. */
export const defaultBudget: Budget = { epochs: 3 };

/** True where the score is one of written texts, so that every run answers the held-out rows. */
export function comparesTexts({ metric, task }: Pick<CompareSpec, "metric" | "task">): boolean {
  return asksForTexts({ metrics: metric ? { metric } : {}, task });
}

/** A plan of one of the methods, for what plans can do already. */
export function planOfMethod(parts: CompareSpec, method: Method): PlanSpec {
  const { model, quantize, layers, family, data, task, split, train = {}, metric } = parts;
  return {
    model,
    ...(quantize ? { quantize } : {}),
    ...(layers === undefined ? {} : { layers }),
    ...(family ? { family } : {}),
    data,
    task,
    split,
    method,
    train,
    metrics: metric ? { metric } : {},
    targets: [],
  };
}
