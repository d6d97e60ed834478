/**
 * What the types of a plan say of each other: predictions by columns, metrics by predictions, scores by
 * metrics.
 *
 * @module
 */
import type { Metric } from "../metrics/metric.ts";
import type { DenoisingPredictions } from "../nn/denoising_predictions.ts";
import type { FeaturePredictions } from "../nn/feature_predictions.ts";
import type { AnyPredictions, ClassKind, Predictions } from "../nn/predictions.ts";
import type { PreferencePredictions } from "../nn/preference_predictions.ts";
import type { PromptPredictions, RolloutPredictions } from "../nn/rollout_predictions.ts";
import type { TextPredictions } from "../nn/text_predictions.ts";
import type { DataOptions } from "./plan_spec.ts";

/** What a model says about rows with these columns. */
export type PredictedBy<Columns extends DataOptions> = Columns extends { label: string }
  ? Columns extends { kind: infer Kind extends ClassKind } ? OneOf<Kind>
  : Predictions<"single">
  : Predictions<"language">;

/** Predictions of one of several kinds, rather than of a kind that is several. */
type OneOf<Kind extends ClassKind> = Kind extends ClassKind ? Predictions<Kind> : never;

/** The scores that metrics give, by the names under which they were asked for. */
export type ScoresOf<Metrics> = {
  readonly [Name in keyof Metrics]: ValueOf<Metrics[Name]>;
};

// deno-lint-ignore no-explicit-any
type ValueOf<Asked> = Asked extends Metric<infer Value, any> ? Value : never;

/**
 * The metrics that score a kind of predictions; of several kinds, those that score one of them. A model
 * of next tokens and one of preferences write, so that metrics of written texts score them as well; a
 * denoiser draws, so that metrics of features do.
 */
export type MetricFor<Predicted extends AnyPredictions> = Predicted extends AnyPredictions
  ? Metric<unknown, Predicted> | WrittenMetric<Predicted>
  : never;

/**
 * A metric of what the model makes: of written texts for next tokens and preferences, of sampled answers where rewards judge
 * them, of drawn images for a denoiser.
 */
export type WrittenMetric<Predicted extends AnyPredictions> = Predicted extends PromptPredictions
  ? Metric<unknown, TextPredictions> | Metric<unknown, RolloutPredictions>
  : Predicted extends Predictions<"language"> | PreferencePredictions
    ? Metric<unknown, TextPredictions>
  : Predicted extends DenoisingPredictions ? Metric<unknown, FeaturePredictions>
  : never;
