/**
 * The types in which ONNX files hold their weights, under the names that transformers.js has for them.
 *
 * @module
 */
import { settle } from "../nn/merge.ts";
import { bodyPaths, type Model, modelWeights } from "../nn/model.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { quantizeWeight } from "../weights/quantize_weight.ts";
import { lossDifference } from "./mean_loss.ts";
import type { DeployTarget } from "./target.ts";

/** A type that files can be written in. */
export type OnnxDtype = "float32" | "float16" | "q8" | "q4";

/** All types. */
export const onnxDtypes: readonly OnnxDtype[] = ["float32", "float16", "q8", "q4"];

/** The file's end and transformers.js' `dtype`. */
interface FileKind {
  readonly suffix: string;
  readonly dtype: string;
}

/** For the ways in which weights are written, or held by a model that was trained over fewer bits. */
const kinds = {
  float32: { suffix: "", dtype: "fp32" },
  float16: { suffix: "_fp16", dtype: "fp16" },
  q8: { suffix: "_quantized", dtype: "q8" },
  q4: { suffix: "_q4", dtype: "q4" },
  nf4: { suffix: "_bnb4", dtype: "bnb4" },
  fp4: { suffix: "_bnb4", dtype: "bnb4" },
  int4: { suffix: "_q4", dtype: "q4" },
  int8: { suffix: "_int8", dtype: "int8" },
} as const satisfies Readonly<Record<string, FileKind>>;

/** The kind of file for a model; as its base is held unless a type is given. */
export function fileKind({ quantized }: Pick<Model, "quantized">, dtype?: OnnxDtype): FileKind {
  return kinds[dtype ?? quantized?.values().next().value?.format ?? "float32"];
}

/** The trained model with nothing left to train, its matrices in the type. */
export function settledIn(
  { model, adapter, objective }: TrainableModel,
  values: ReadonlyMap<string, Float32Array>,
  dtype?: OnnxDtype,
): TrainableModel {
  const settled = settle(model, adapter, values, { dequantise: dtype !== undefined });
  if (dtype !== "q8" && dtype !== "q4") return { ...settled, objective };
  const format = dtype === "q8" ? "int8" : "int4";
  const body = bodyPaths(settled.model);
  const matrices = modelWeights(settled.model).filter(({ path, layer }) =>
    layer.kind === "linear" && path.endsWith(".weight") && body.has(layer.path)
  );
  const quantized = new Map(
    matrices.map(({ path, shape }) =>
      [path, quantizeWeight(format, shape, () => settled.model.weights.get(path)!)] as const
    ),
  );
  return { ...settled, model: { ...settled.model, quantized }, objective };
}

/**
 * As for `merged` on the CPU. The file is run there wherever it was trained, and a GPU may have
 * rounded the factors of its products to ten bits.
 */
const tolerance = 1e-3;
/** Weights and the factors of products keep 11 bits: tiny random models differ by up to 2e-3. */
const halfTolerance = 1e-2;
/** A tenth of a logit moves a probability by at most 2.5 hundredths, p·(1 − p) being 1/4 or less. */
const logitDrift = 0.1;
/** As for GGUF's Q8_0 and Q4_0, in nats. */
const lossDrifts = { q8: 0.02, q4: 0.3 } as const;

/** What has more bits. */
const finer = { float16: "float32", q8: "float16", q4: "q8 or float16" } as const;

const remedyFor = (dtype: keyof typeof finer) =>
  `Rounding has lost part of what was learned. Write a dtype with more bits, ${finer[dtype]}, or ` +
  "allow the difference with mostDrift.";

/** What files of a type are held to. */
export function limitsIn(
  dtype: OnnxDtype | undefined,
  mostDrift: number | undefined,
): Pick<DeployTarget, "tolerance" | "isAbsolute" | "remedy" | "toleranceOf" | "differenceOf"> {
  if (dtype === undefined || dtype === "float32") return { tolerance };
  if (dtype === "float16") {
    return {
      tolerance: mostDrift ?? halfTolerance,
      ...(mostDrift === undefined ? {} : { isAbsolute: true }),
      remedy: remedyFor(dtype),
    };
  }
  return {
    tolerance: mostDrift ?? logitDrift,
    isAbsolute: true,
    remedy: remedyFor(dtype),
    // A single token says little about a model that writes.
    toleranceOf: ({ trainable: { objective } }) =>
      mostDrift ?? (objective.head.name === "language" ? lossDrifts[dtype] : logitDrift),
    differenceOf: lossDifference,
  };
}
