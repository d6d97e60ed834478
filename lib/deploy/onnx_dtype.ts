/**
 * The types in which ONNX files hold their weights, under the names that transformers.js has for them.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { settle } from "../nn/merge.ts";
import type { Layer } from "../nn/layer.ts";
import { bodyPaths, type Model, modelWeights } from "../nn/model.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { quantizeWeight } from "../weights/quantize_weight.ts";
import { lossDifference } from "./mean_loss.ts";
import type { TargetForm } from "./target.ts";

/** A type that files can be written in. */
export type OnnxDtype = "fp32" | "fp16" | "q8" | "int8" | "q4" | "q4f16";

/** All types. */
export const onnxDtypes: readonly OnnxDtype[] = ["fp32", "fp16", "q8", "int8", "q4", "q4f16"];

/** The file's end and transformers.js' `dtype`. */
interface FileKind {
  readonly suffix: string;
  readonly dtype: string;
}

/** For the ways in which weights are written, or held by a model that was trained over fewer bits. */
const kinds = {
  float32: { suffix: "", dtype: "fp32" },
  fp32: { suffix: "", dtype: "fp32" },
  fp16: { suffix: "_fp16", dtype: "fp16" },
  q8: { suffix: "_quantized", dtype: "q8" },
  q4: { suffix: "_q4", dtype: "q4" },
  q4f16: { suffix: "_q4f16", dtype: "q4f16" },
  nf4: { suffix: "_bnb4", dtype: "bnb4" },
  fp4: { suffix: "_bnb4", dtype: "bnb4" },
  int4: { suffix: "_q4", dtype: "q4" },
  int8: { suffix: "_int8", dtype: "int8" },
} as const satisfies Readonly<Record<string, FileKind>>;

/** The kind of file for a model; as its base is held unless a type is given. */
export function fileKind({ quantized }: Pick<Model, "quantized">, dtype?: OnnxDtype): FileKind {
  return kinds[dtype ?? quantized?.values().next().value?.format ?? "float32"];
}

/** How matrices are held in types of few bits; in `int8` as bytes that the graph multiplies. */
const formats = { q8: "int8", int8: undefined, q4: "int4", q4f16: "int4" } as const;

/** How tables of tokens are held in types of few bits: half of a small model are words. */
const tableFormat = "int8";
/** Tables with fewer rows, of positions and segments, are small beside all else. */
const fewRows = 4096;

/** Whether a layer is a table with a row for each token. */
function isLargeTable(layer: Layer): boolean {
  return layer.kind === "embedding" && layer.rows >= fewRows;
}

/** True where matrices are rounded to few bits. */
export function isQuantised(dtype: OnnxDtype | undefined): dtype is keyof typeof formats {
  return dtype !== undefined && dtype in formats;
}

/** True where what is multiplied is float16. */
export function isHalf(dtype: OnnxDtype | undefined): boolean {
  return dtype === "fp16" || dtype === "q4f16";
}

/** The trained model with nothing left to train, its matrices in the type. */
export function settledIn(
  { model, adapter, objective }: TrainableModel,
  values: ReadonlyMap<string, Float32Array>,
  dtype?: OnnxDtype,
  floatLayers: readonly string[] = [],
): TrainableModel {
  const settled = settle(model, adapter, values, { dequantise: dtype !== undefined });
  if (!isQuantised(dtype)) return { ...settled, objective };
  const body = bodyPaths(settled.model);
  checkFloatLayers(settled.model, floatLayers, dtype);
  const ofBody = modelWeights(settled.model).filter(({ path, layer }) =>
    path.endsWith(".weight") && body.has(layer.path) && !floatLayers.includes(layer.path)
  );
  const quantized = new Map(ofBody.flatMap(({ path, shape, layer }) => {
    const format = layer.kind === "linear"
      ? formats[dtype]
      : isLargeTable(layer)
      ? tableFormat
      : undefined;
    if (format === undefined) return [];
    return [[path, quantizeWeight(format, shape, () => settled.model.weights.get(path)!)] as const];
  }));
  return { ...settled, model: { ...settled.model, quantized }, objective };
}

/** The names of the weights that `int8` multiplies as bytes: linear layers and convolutions of the body. */
export function byteWeights(model: Model, floatLayers: readonly string[] = []): Set<string> {
  const body = bodyPaths(model);
  const isByte = (layer: Layer) =>
    body.has(layer.path) && !floatLayers.includes(layer.path) &&
    (layer.kind === "linear" && !layer.isUnread ||
      layer.kind === "conv" && !layer.isUnread && !layer.isTransposed);
  return new Set(model.layers.filter(isByte).map(({ path }) => `${path}.weight`));
}

/** Makes sure that the layers are there. */
function checkFloatLayers(
  { layers }: Pick<Model, "layers">,
  paths: readonly string[],
  dtype: OnnxDtype,
): void {
  const rounded = layers
    .filter(({ kind }) => kind === "linear" || dtype === "int8" && kind === "conv")
    .map(({ path }) => path);
  const kinds = dtype === "int8" ? "linear layer or convolution" : "linear layer";
  const unknown = paths.filter((path) => !rounded.includes(path))
    .map((path) => `the model has no ${kinds} ${path}${didYouMean(path, rounded)}`);
  if (unknown.length > 0) throw mistakes("input", "floatLayers of onnx:", unknown);
}

/**
 * As for `merged` on the CPU. The file is run there wherever it was trained, and a GPU may have
 * rounded the factors of its products to ten bits.
 */
const tolerance = 1e-3;
/** Weights and the factors of products keep 11 bits: tiny random models differ by up to 2e-3. */
const halfTolerance = 1e-2;
/**
 * A tenth of a logit moves a probability by at most 2.5 hundredths, p·(1 − p) being 1/4 or less. Four bits move
 * logits of MiniLM by 0.4 and one answer of 64: there the score is the limit that counts.
 */
const logitDrifts = { q8: 0.1, int8: 1, q4: 1, q4f16: 1 } as const;
/** As for GGUF's Q8_0 and Q4_0, in nats. */
const lossDrifts = { q8: 0.02, int8: 0.3, q4: 0.3, q4f16: 0.3 } as const;

/** What has more bits. */
const finer = {
  fp16: "fp32",
  q8: "fp16",
  int8: "q8 or fp16",
  q4: "q8 or fp16",
  q4f16: "q8 or fp16",
} as const;

const remedyFor = (dtype: keyof typeof finer) =>
  `Rounding has lost part of what was learned. Write a dtype with more bits, ${finer[dtype]}, or ` +
  "allow the difference with mostDrift.";

/** What files of a type are held to. */
export function limitsIn(
  dtype: OnnxDtype | undefined,
  mostDrift: number | undefined,
): Pick<TargetForm, "tolerance" | "isAbsolute" | "remedy" | "toleranceOf" | "differenceOf"> {
  if (dtype === undefined || dtype === "fp32") return { tolerance };
  if (dtype === "fp16") {
    return {
      tolerance: mostDrift ?? halfTolerance,
      ...(mostDrift === undefined ? {} : { isAbsolute: true }),
      remedy: remedyFor(dtype),
    };
  }
  return {
    tolerance: mostDrift ?? logitDrifts[dtype],
    isAbsolute: true,
    remedy: remedyFor(dtype),
    // A single token says little about a model that writes.
    toleranceOf: ({ trainable: { objective } }) =>
      mostDrift ?? (objective.head.name === "language" ? lossDrifts : logitDrifts)[dtype],
    differenceOf: lossDifference,
  };
}
