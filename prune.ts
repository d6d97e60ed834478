/**
 * What makes a trained model smaller: pruning.
 *
 * @module
 */
export { cubicSchedule } from "./lib/combine/prune/cubic_schedule.ts";
export { prune, type Pruning, type SavePruningOptions } from "./lib/pipeline/prune/prune.ts";
export type { PruneOptions, PruningCriterion } from "./lib/pipeline/prune/prune_options.ts";
export {
  type GradualPruneOptions,
  type GradualPruning,
  pruneGradually,
} from "./lib/pipeline/prune/prune_gradually.ts";
export type {
  BeforeAfter,
  PruningReceipt,
  PruningRound,
} from "./lib/pipeline/prune/prune_receipt.ts";
export { measureModels, type MeasureModelsOptions } from "./lib/pipeline/prune/measure_models.ts";
export type { MeasuredModel, MeasuredModels } from "./lib/pipeline/prune/measured_models.ts";
export {
  quantizationSensitivity,
  type SensitivityOptions,
} from "./lib/pipeline/quantize/sensitivity.ts";
export type {
  LayerSensitivity,
  QuantizationSensitivity,
  RoundingFigures,
} from "./lib/pipeline/quantize/shown_sensitivity.ts";
