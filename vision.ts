/**
 * What is about images: the tasks that read and draw them, images as data, augmentations, and their scores.
 *
 * @module
 */

// Tasks on images
export {
  imageClassification,
  type ImageClassificationOptions,
} from "./lib/tasks/image_classification.ts";
export type { ImageInput } from "./lib/tasks/shared/image_input.ts";
export type { ImagePrediction } from "./lib/tasks/image_classification/prediction.ts";
export { imageGeneration } from "./lib/tasks/image_generation.ts";
export type { ImageGenerationOptions } from "./lib/tasks/image_generation/options.ts";
export type {
  DrawingInput,
  DrawingRequest,
  GeneratedImage,
} from "./lib/tasks/image_generation/drawing.ts";
export { imageSegmentation } from "./lib/tasks/image_segmentation.ts";
export type { ImageSegmentationOptions } from "./lib/tasks/image_segmentation/options.ts";
export type { SegmentedImage, SegmentedLabel } from "./lib/tasks/image_segmentation/prediction.ts";
export { objectDetection, type ObjectDetectionOptions } from "./lib/tasks/object_detection.ts";
export type {
  DetectorLossOptions,
  QueryLossOptions,
} from "./lib/tasks/object_detection/detector.ts";
export type {
  DetectedObject,
  DetectionPrediction,
} from "./lib/tasks/object_detection/prediction.ts";

// Images as data
export type { Channels, Image } from "./lib/image/image.ts";
export { decodeImage, type DecodeImageOptions } from "./lib/image/decode_image.ts";
export { imageBytes, type ImageBytesOptions } from "./lib/image/image_bytes.ts";
export type { ImageObject, PixelBox } from "./lib/image/image_object.ts";
export type { RunMask } from "./lib/image/masks/run_mask.ts";
export { type PixelMask, readMask } from "./lib/image/masks/read_mask.ts";
export type { PixelSize } from "./lib/image/pixel_size.ts";
export type { Region } from "./lib/image/resample/resample.ts";
export type { ResampleName } from "./lib/image/resample/filters.ts";
export type { Placement } from "./lib/image/processor/placement.ts";
export type { ConfigRecord } from "./lib/image/processor/processor_defaults.ts";
export { imageProcessor, type PixelProcessor } from "./lib/image/processor/image_processor.ts";

// Folders of images and annotations
export { imageFolder, type ImageFolderOptions } from "./lib/data/images/image_folder.ts";
export { maskFolder, type MaskFolderOptions } from "./lib/data/images/mask_folder.ts";
export type { ObjectOptions } from "./lib/data/images/object_table.ts";
export { type CocoOptions, readCoco } from "./lib/data/images/read_coco.ts";
export { readVoc, type VocOptions } from "./lib/data/images/read_voc.ts";
export { readYolo, type YoloOptions } from "./lib/data/images/read_yolo.ts";

// Augmentations
export type { Augmentation, AugmentNoise, ImageExample } from "./lib/image/augment/augmentation.ts";
export type { AugmentationSpec } from "./lib/image/augment/augmentations.ts";
export { augmented } from "./lib/image/augment/augmentation.ts";
export { colorJitter, type ColorJitterOptions } from "./lib/image/augment/color_jitter.ts";
export { cutmix, type CutmixOptions } from "./lib/image/augment/cutmix.ts";
export { horizontalFlip, type HorizontalFlipOptions } from "./lib/image/augment/horizontal_flip.ts";
export type { ImageBatch } from "./lib/image/augment/image_batch.ts";
export { type BatchAugmentation, mixup, type MixupOptions } from "./lib/image/augment/mixup.ts";
export { randAugment, type RandAugmentOptions } from "./lib/image/augment/rand_augment.ts";
export { randomErasing, type RandomErasingOptions } from "./lib/image/augment/random_erasing.ts";
export {
  randomResizedCrop,
  type RandomResizedCropOptions,
} from "./lib/image/augment/random_resized_crop.ts";

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
