/**
 * The engine: tensors, ops, programs and the devices that run them. Nothing else imports
 * tensorflow.js or ONNX Runtime.
 *
 * @module
 */
export * as ops from "./ops/mod.ts";
export type {
  Bindings,
  Device,
  HeldWeights,
  State,
  StateTensor,
  Step,
  Update,
  UpdateStep,
} from "./devices/device.ts";
export {
  type EightBitCodes,
  eightBitCodes,
  eightBitInputs,
  type EightBitUse,
} from "./eight_bit_weight.ts";
export { slotPath } from "./devices/device.ts";
export { type OffloadOptions, offloadRule } from "./devices/offload.ts";
export { deviceNames, openDevice, type OpenDeviceOptions } from "./devices/open_device.ts";
export {
  hasBfloat16Products,
  hasByteProducts,
  type HostProcessor,
  type ProcessorFlag,
} from "./devices/host_processor.ts";
export { processorFlags } from "./devices/processor_flags.ts";
export { type Precision, type PrecisionName, precisionNames } from "./precision.ts";
export { processorThreads } from "./devices/processor_threads.ts";
export type { FrozenSource, HostTensor, InputSpec, Program } from "./program.ts";
export type { PairLayout } from "./cut_pairs.ts";
export {
  type OnnxSession,
  openOnnxFile,
  type StaticBytes,
  writeObservedFile,
  writeOnnxFile,
} from "./onnx_file.ts";
export { type RangeChoice, RangeCollector } from "./static_quantization/range_collector.ts";
export type { ValueRange } from "./static_quantization/value_range.ts";
export { type OrtContents, writeOrtFile } from "./ort_format.ts";
export { type OnnxAttribute, type OnnxContents, type OnnxNode, readOnnx } from "./onnx_reader.ts";
export type { ExternalBytes, GraphConstant } from "./onnx_tensor.ts";
export { sizeOf } from "./value.ts";
export { trace } from "./trace.ts";
export {
  bitsOf,
  blocksPerRow,
  codeBook,
  dequantize,
  type QuantizationFormat,
  quantizationFormatOf,
  quantizationFormats,
  type QuantizedLayout,
  quantizedShapes,
  type QuantizedWeight,
  zeroPoint,
} from "./quantized_weight.ts";
export { type Tensor, tf } from "./tf.ts";
export { valueAndGradients } from "./value_and_gradients.ts";
