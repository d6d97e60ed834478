/**
 * What tasks, metrics, methods, families and deploy targets of your own are made of: contracts, tensors,
 * and what those that tunebook brings share. `docs/extending.md` shows one of each.
 *
 * @module
 */

// Tensors and devices
export { type Tensor, tf, type TypedArray } from "./lib/engine/tf.ts";
export type {
  Dim,
  FrozenSource,
  HostTensor,
  InputSpec,
  Program,
  Role,
} from "./lib/engine/program.ts";
export type { Precision, PrecisionName } from "./lib/engine/precision.ts";
export { openDevice, type OpenDeviceOptions } from "./lib/engine/devices/open_device.ts";
export type { OffloadOptions } from "./lib/engine/devices/offload.ts";
export type {
  Bindings,
  Device,
  HeldWeights,
  State,
  StateTensor,
  Step,
  Update,
  UpdateStep,
} from "./lib/engine/devices/device.ts";

// Tasks
export type {
  Baseline,
  DrawOptions,
  ExampleImages,
  Examples,
  ExamplesOptions,
  HeldOutImages,
  HeldOutOptions,
  ImageDrawing,
  LabelledTask,
  LossSetting,
  ObjectiveContext,
  Outputs,
  ReportColumns,
  Signature,
  Task,
} from "./lib/nn/task.ts";
export type { Rows } from "./lib/nn/run_over.ts";
export type { BatchDraw, Feeds, FeedsSoon } from "./lib/nn/feeds.ts";
export type { TargetsContext } from "./lib/nn/objective.ts";
export type { HeadRequest } from "./lib/nn/task_head.ts";
export type { Writing, WritingCase } from "./lib/nn/writing.ts";
export type {
  CaptionEncoder,
  DecoderProcessor,
  EncodedCaptions,
  ImageProcessor,
  Processor,
  TextProcessor,
} from "./lib/nn/processor.ts";
export type {
  CountedTokens,
  Objective,
  PiecewiseLoss,
  Tell,
  TokenSums,
} from "./lib/nn/objective.ts";
export type { Distributions } from "./lib/nn/distributions.ts";
export type {
  AttentionVector,
  AttentionVectors,
  LayerAttention,
} from "./lib/nn/layer_attention.ts";
export type { LayerStates } from "./lib/nn/layer_states.ts";
export type { RowsTeaching, TeacherDrawing, WrittenRow } from "./lib/nn/rows_teaching.ts";
export type { ComparedLayers, LayerPair } from "./lib/nn/below_head.ts";
export type { Teaching } from "./lib/nn/teaching.ts";
export type {
  Policy,
  PolicyAnswer,
  PolicySampling,
  Rollout,
  RolloutMoment,
  RolloutRows,
  RolloutTeacher,
  RolloutTools,
  SampledPrompt,
  ScoredText,
  SharedPrompts,
} from "./lib/nn/rollout.ts";
export type { HeldOutRollout } from "./lib/nn/rollout_predictions.ts";

// Tasks on texts: rows to sequences
export { type EncodedRows, encodeRows, type EncodeRowsOptions } from "./lib/data/encode_rows.ts";
export {
  type EncodedTexts,
  joinOutputs,
  type TextExamples,
  textExamples,
  textFingerprint,
  textProcessor,
} from "./lib/tasks/shared/text_examples.ts";
export type { Sequence } from "./lib/text/sequence.ts";
export type { BatchLayout, SharedBeginning } from "./lib/text/batch_layout.ts";
export type { SpecialTokens } from "./lib/text/special_tokens.ts";
export {
  type Encoding,
  loadTokenizer,
  type TokenizeOptions,
  type Tokenizer,
} from "./lib/text/tokenizer.ts";
export type { TokenizerFiles } from "./lib/text/tokenizer_files.ts";
export type { Joined, TextTokens, WordTokens } from "./lib/text/text_tokens.ts";

// Losses
export {
  classificationObjective,
  type ClassificationObjectiveOptions,
} from "./lib/tasks/shared/classification_objective.ts";
export { crossEntropy, weightedMean } from "./lib/tasks/shared/cross_entropy.ts";
export type { LossOptions } from "./lib/tasks/shared/loss_options.ts";

// Metrics
export { additiveMetric, type AdditiveMetricOptions } from "./lib/metrics/additive_metric.ts";
export { metric } from "./lib/metrics/metric.ts";

// Model families
export type {
  DecoderBatch,
  DecoderInput,
  DecoderStack,
  EncoderDecoderConfig,
  Family,
  Features,
  Head,
  HeadLayers,
  Hidden,
  ImageConfig,
  LayerInput,
  MapHead,
  MapPooling,
  ModelConfig,
  Packing,
  PartOfLarger,
  RowHead,
  Stack,
  StoredTensors,
  TextBatch,
  TextConfig,
} from "./lib/nn/family.ts";
export { pooledMap } from "./lib/nn/family.ts";
export type { Prunable, PrunableFeedForward, PrunableHeads } from "./lib/nn/prunable.ts";
export type { ConvLayer, Layer, LinearLayer } from "./lib/nn/layer.ts";
export type { CheckpointedPart, ConvOptions, InputTokens, Memory, Net } from "./lib/nn/net.ts";
export type { AttentionCall, CrossAttentionCall } from "./lib/nn/attention_call.ts";
export type { AttentionSite } from "./lib/nn/attention_site.ts";
export type { TextPositions, TokenPositions } from "./lib/nn/token_positions.ts";
export { positionIds } from "./lib/nn/pooled_positions.ts";
export { activation } from "./lib/nn/activation.ts";
export { type ConfigReader, configReader } from "./lib/nn/config_reader.ts";
export {
  embeddingHead,
  type HeadConfig,
  spanHead,
  tokenHead,
  type TokenHeadOptions,
} from "./lib/models/encoder_heads.ts";
export { imageHead, type ImageHeadOptions, pixelInputs } from "./lib/models/image_heads.ts";
export { boxHead, type BoxHeadOptions, boxResults } from "./lib/models/box_head.ts";
export type { KeptLayers } from "./lib/models/kept_layers.ts";
export { loadModel, type LoadModelOptions } from "./lib/models/load_model.ts";
export type { Model } from "./lib/nn/model.ts";

// Methods
export type {
  AfterStep,
  AttachedMethod,
  ConvCall,
  FrozenTensor,
  HookContext,
  KeysValues,
  Method,
  MethodRecord,
  ModelInfo,
  NestedRanks,
  Parameter,
  PeftContent,
  PeftFormat,
  PeftTensor,
} from "./lib/nn/method.ts";
export type {
  AdapterDelta,
  LinearChange,
  LowRank,
  NormChange,
  PrefixChange,
  PrefixSite,
} from "./lib/nn/adapter_delta.ts";
export { chooseTargets, type Targets } from "./lib/nn/targets.ts";
export type {
  QuantizationFormat,
  QuantizedLayout,
  QuantizedWeight,
} from "./lib/engine/quantized_weight.ts";

// Deploy targets
export type {
  AboutTraining,
  DeployTarget,
  OpenedInWasm,
  ReaderProof,
  Reopened,
  TargetForm,
} from "./lib/deploy/target.ts";
export type { ProbeRecord, RunRecord } from "./lib/deploy/hub/run_record.ts";
export type { RangeRows, TrainedModel } from "./lib/deploy/trained_model.ts";
export type { FloatDtype } from "./lib/deploy/float_dtype.ts";
export type { OnnxDtype } from "./lib/deploy/onnx_dtype.ts";
export type { AnswerProof, AnswerReceipt } from "./lib/deploy/ask_reader.ts";
export type { LanguageReceipt, TextAgreement } from "./lib/deploy/language_receipt.ts";
export type { OtherTokens } from "./lib/deploy/other_tokens.ts";
export type {
  AnswerDifference,
  ExpectedAnswer,
  ReaderContract,
  ReaderKind,
  ReaderLimits,
  ReaderRequest,
  WrittenAnswer,
} from "./lib/nn/reader_contract.ts";
export type { ReaderOutput, ReaderPipeline } from "./lib/text/transformers_js.ts";
export type { ReaderSession, ReaderTensor } from "./lib/text/reader_session.ts";
export type { ReadBatch, RunBatch } from "./lib/nn/run_over.ts";
export type { TrainableModel } from "./lib/nn/trainable_model.ts";

// Weights
export type { Dtype } from "./lib/weights/dtype.ts";
export type { DownloadOptions } from "./lib/weights/hub_settings.ts";
export {
  type LoadedWeights,
  type LoadOptions,
  loadWeights,
  type WeightSpec,
} from "./lib/weights/load_weights.ts";
export type { ModelFolder } from "./lib/weights/model_files.ts";
export { openWeights } from "./lib/weights/open_weights.ts";
export { parseReference, type Reference } from "./lib/weights/reference.ts";
export { resolveModel, type ResolveOptions } from "./lib/weights/resolve_model.ts";
export { openSafetensors, type WeightFile } from "./lib/weights/safetensors.ts";
export type { RawTensor, TensorInfo, Weights } from "./lib/weights/weights.ts";
export type { BitsandbytesFormat } from "./lib/weights/write_bitsandbytes.ts";
export {
  type TensorData,
  type TensorToWrite,
  writeSafetensors,
} from "./lib/weights/write_safetensors.ts";
export { type ShardOptions, writeShards } from "./lib/weights/write_shards.ts";

// Columns and rows of a table
export { columnValues } from "./lib/table/columns.ts";
export { pickRows, type SourceRows, sourceRows } from "./lib/table/source_rows.ts";
