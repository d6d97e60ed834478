/**
 * What is about images alone.
 *
 * @module
 */

// Scores of boxes
export {
  type BoxPredictions,
  boxPredictions,
  type BoxPredictionsInput,
  type BoxSides,
  type ScoredBox,
  type TrueBox,
} from "./lib/nn/box_predictions.ts";
export { type AverageRecall, averageRecall } from "./lib/metrics/average_recall.ts";
export {
  chooseScoreThreshold,
  type ScoreThresholdOptions,
} from "./lib/metrics/choose_score_threshold.ts";
export { type DetectionCurves, detectionCurves } from "./lib/metrics/detection_curves.ts";
export { type DetectionSummary, detectionSummary } from "./lib/metrics/detection_summary.ts";
export {
  type MeanAveragePrecision,
  meanAveragePrecision,
} from "./lib/metrics/mean_average_precision.ts";

// Scores of masks
export {
  type LabelMask,
  type MaskPredictions,
  maskPredictions,
  type MaskPredictionsInput,
} from "./lib/nn/mask_predictions.ts";
export { boundaryF1 } from "./lib/metrics/boundary_f1.ts";
export { dice } from "./lib/metrics/dice.ts";
export type { MaskScore } from "./lib/metrics/masks/mask_score.ts";
export { meanIou } from "./lib/metrics/mean_iou.ts";
export { type PixelAccuracy, pixelAccuracy } from "./lib/metrics/pixel_accuracy.ts";

// Scores of classes and of generated images
export {
  top5Accuracy,
  topKAccuracy,
  type TopKAccuracyOptions,
} from "./lib/metrics/top_k_accuracy.ts";
export {
  type FeaturePredictions,
  featurePredictions,
  type FeaturePredictionsInput,
} from "./lib/nn/feature_predictions.ts";
export {
  type DenoisingPredictions,
  denoisingPredictions,
  type DenoisingPredictionsInput,
} from "./lib/nn/denoising_predictions.ts";
export { denoisingError } from "./lib/metrics/denoising_error.ts";
export { fid } from "./lib/metrics/fid.ts";
export { kid } from "./lib/metrics/kid.ts";

// Maps over images, and images that look alike
export type { HeatMap } from "./lib/image/heat_map.ts";
export { hashDistance, perceptualHash } from "./lib/image/perceptual_hash.ts";

// Images of different sizes
export {
  padBatch,
  type PaddedBatch,
  type ProcessedImage,
} from "./lib/image/processor/pad_batch.ts";

// Losses of boxes and masks
export {
  type CellLossOptions,
  cellObjective,
  type CellObjectiveOptions,
} from "./lib/tasks/object_detection/cell_objective.ts";
export { boxesOfCells } from "./lib/tasks/object_detection/boxes_of_cells.ts";
export type { ImageSides } from "./lib/tasks/object_detection/boxes_of_queries.ts";
export type { CellSizes } from "./lib/tasks/object_detection/cell_targets.ts";
export type {
  DetectionLossOptions,
  QuerySizes,
} from "./lib/tasks/object_detection/detection_loss.ts";
export {
  detectionObjective,
  type DetectionObjectiveOptions,
} from "./lib/tasks/object_detection/detection_objective.ts";
export type { ImageObjects } from "./lib/tasks/object_detection/match_queries.ts";
export type { MaskLossOptions } from "./lib/tasks/image_segmentation/mask_loss.ts";
export {
  maskObjective,
  type MaskObjectiveOptions,
} from "./lib/tasks/image_segmentation/mask_objective.ts";

// Noise that denoisers are trained with, and images sampled from them
export { type NoiseSchedule, noiseSchedule } from "./lib/tasks/image_generation/noise_schedule.ts";
export type {
  NoiseScheduleOptions,
  PredictionType,
  SamplerName,
  SamplingSettings,
  TimestepSpacing,
} from "./lib/tasks/image_generation/noise_schedule_options.ts";
export type { BetaOptions, BetaSchedule } from "./lib/tasks/image_generation/noise_scales.ts";
export {
  readNoiseSchedule,
  writeNoiseSchedule,
} from "./lib/tasks/image_generation/scheduler_config.ts";
export { addNoise, denoisingTarget } from "./lib/tasks/image_generation/targets.ts";
export { minSnrWeight, signalToNoise } from "./lib/tasks/image_generation/loss_weight.ts";
export { drawStep, type StepDistribution } from "./lib/tasks/image_generation/draw_step.ts";
export { guidance } from "./lib/tasks/image_generation/samplers/guidance.ts";
export type { ImageSampler, SamplerState } from "./lib/tasks/image_generation/samplers/sampler.ts";
export {
  createSampler,
  type SamplerOptions,
} from "./lib/tasks/image_generation/samplers/samplers.ts";
