/**
 * What explains a model's answers: methods that say how much each word or region speaks for a label.
 *
 * @module
 */

// Methods
export { attentionRollout, gradCam } from "./lib/evaluate/explain/map_methods.ts";
export type { MapMethod } from "./lib/evaluate/explain/heat_maps.ts";
export { inputTimesGradient } from "./lib/evaluate/explain/input_times_gradient.ts";
export {
  integratedGradients,
  type IntegratedGradientsOptions,
} from "./lib/evaluate/explain/integrated_gradients.ts";
export { lime, type LimeOptions } from "./lib/evaluate/explain/lime.ts";
export { occlusion } from "./lib/evaluate/explain/occlusion.ts";
export { saliency } from "./lib/evaluate/explain/saliency.ts";
export { shapley, type ShapleyOptions } from "./lib/evaluate/explain/shapley.ts";

// Methods of one's own
export type {
  Attribution,
  Explained,
  ExplainedVectors,
  ExplainMethod,
  TargetScore,
} from "./lib/evaluate/explain/explained.ts";

// Influence of training rows
export type {
  HeldOutInfluence,
  Influence,
  InfluenceRow,
  InfluentialRow,
  NearRow,
} from "./lib/pipeline/influence/influence.ts";
export type {
  InfluenceOptions,
  InfluenceScore,
} from "./lib/pipeline/influence/influence_options.ts";

// Logit lens
export type {
  LensAnswer,
  LensLayer,
  LensPlace,
  LogitLens,
} from "./lib/pipeline/lens/logit_lens.ts";
export type { LogitLensOptions } from "./lib/pipeline/lens/lens_options.ts";

// What a training has changed
export type { ModelChanges, WeightChange } from "./lib/pipeline/changes/model_changes.ts";
export type { ChangesOptions } from "./lib/pipeline/changes/changes_options.ts";
export type { StatesChange } from "./lib/evaluate/explain/states_change.ts";

// Explanations
export type { Faithfulness } from "./lib/evaluate/explain/faithfulness.ts";
export type { ExplainOptions } from "./lib/pipeline/explain/explain_options.ts";
export type { AnyExplanation, Explanation } from "./lib/pipeline/explain/explanation.ts";
export type { ImageExplanation } from "./lib/pipeline/explain/image_explanation.ts";
export type { ExplainedWord, TextExplanation } from "./lib/pipeline/explain/text_explanation.ts";
