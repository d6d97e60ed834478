/**
 * Deploys the whole model as the ONNX folder that transformers.js opens in browsers, phones and
 * servers.
 *
 * @module
 */
import { join } from "node:path";
import { checkOptions } from "../core/check_options.ts";
import { type Mistake, optionMistake, TunebookError } from "../core/errors.ts";
import { notNegative, positive, record, type Rules, someOf, texts } from "../core/option_rules.ts";
import { openOnnxFile, writeOnnxFile } from "../engine/mod.ts";
import type { Model } from "../nn/model.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { askReader } from "./ask_reader.ts";
import { calibrationMistakes, type CalibrationOptions, staticBytes } from "./calibration.ts";
import { checkFolder, pipelineChecks, settingChecks } from "./checks/mod.ts";
import { writeModelFiles } from "./model_folder.ts";
import { writePipelineFiles } from "./pipeline_files.ts";
import {
  byteWeights,
  fileKind,
  isHalf,
  isQuantised,
  limitsIn,
  type OnnxDtype,
  onnxDtypes,
  settledIn,
} from "./onnx_dtype.ts";
import { isCache, onnxGraphsOf } from "./onnx_graph.ts";
import { openOnnxInWasm } from "./onnx_in_wasm.ts";
import {
  pairLayoutOf,
  readerType,
  writeReaderPixels,
  writeReaderTokenizer,
} from "./reader_files.ts";
import { checkTargetFolder, type DeployTarget, type TargetForm } from "./target.ts";
import type { TrainedModel } from "./trained_model.ts";

/** How to write the model. */
export interface OnnxOptions {
  /**
   * The types of the matrices, each in a file of its own under the name that transformers.js has for it:
   * `fp32` (`model.onnx`), `fp16` (`model_fp16.onnx`, half the bytes; caches are float16, too), `q8`
   * (`model_quantized.onnx`, 8 bits a number), `q4` (`model_q4.onnx`, 4 bits) and `q4f16` (`model_q4f16.onnx`,
   * 4 bits, and float16 for all else that is multiplied). In these linear layers round their weights alone. In `int8`
   * (`model_int8.onnx`) linear layers and convolutions multiply bytes: what they read is rounded, too, in ranges that
   * are found before (`calibration`). Words and heads are not quantised. Readers take the first one unless told otherwise. All merge the method and round its result. Without it a model is
   * written as it was trained: in float32, or over its quantised base.
   */
  readonly dtypes?: readonly OnnxDtype[];
  /**
   * Linear layers, of `int8` also convolutions, that stay as they are in `q8`, `int8`, `q4` and `q4f16`, by their paths,
   * such as those that `quantizationSensitivity` suggests.
   */
  readonly floatLayers?: readonly string[];
  /** Of `int8`: how the ranges of activations are found on rows of the training. */
  readonly calibration?: CalibrationOptions;
  /**
   * How far rounding may move what the model gives. Unless given it is 0.01 of the largest logit in
   * `fp16`; in `q8` 0.02, and in `int8`, `q4` and `q4f16` 0.3 nats of a held-out text's mean loss for models that
   * write; for others 0.1 of a logit in `q8`, and 1 in the others.
   */
  readonly mostDrift?: number;
  /**
   * How much worse than the trained model's the score of held-out rows may be, of every file: 0.05 for scores
   * from 0 to 1 unless given, and any loss for others.
   */
  readonly mostScoreLoss?: number;
}

const rules: Rules<OnnxOptions> = {
  dtypes: someOf(onnxDtypes),
  floatLayers: texts,
  calibration: record,
  mostDrift: positive,
  mostScoreLoss: notNegative,
};

/** float32 does not drift, and float16 has no layers of other bits. */
function togetherMistakes(
  { dtypes = ["fp32"], mostDrift, floatLayers, calibration }: OnnxOptions,
): Mistake[] {
  return [
    ...mostDrift === undefined || dtypes.some((dtype) => dtype !== "fp32")
      ? []
      : [optionMistake("mostDrift", "belongs to a dtype of fewer bits than fp32")],
    ...floatLayers === undefined || dtypes.some(isQuantised)
      ? []
      : [optionMistake("floatLayers", "belong to the dtypes q8, int8, q4 and q4f16")],
    ...calibration === undefined || dtypes.includes("int8")
      ? calibrationMistakes(calibration)
      : [optionMistake("calibration", "belongs to the dtype int8")],
  ];
}

/**
 * A transformers.js folder: `config.json`, the tokenizer, `onnx/model.onnx` with the axes `batch`
 * and `sequence` open. Of a denoiser a folder as optimum writes it for ONNX Runtime: `model_index.json`,
 * `unet/model.onnx` or `transformer/model.onnx`, and the scheduler. Files near 2 GB have their weights beside
 * them in pieces of up to 1 GB, `model.onnx_data`, `model.onnx_data_1`.
 *
 * Each file has a receipt of its own, also from WebAssembly, which is what browsers have: differences, equal
 * answers, the score of held-out rows, milliseconds.
 *
 * A model that was trained over a quantised base stays so unless `dtypes` are given: `onnx/model_bnb4.onnx`,
 * `model_q4.onnx` or `model_int8.onnx` has the base as it was held (`MatMulBnb4`, `MatMulNBits`) and the method
 * beside it, so that nothing is rounded anew.
 *
 * @example
 * ```ts
 * import { onnx } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const target = onnx("out/reviews-onnx", { dtypes: ["fp32", "q8"], mostScoreLoss: 0.02 });
 * assert.deepEqual(target.options, { dtypes: ["fp32", "q8"], mostScoreLoss: 0.02 });
 * ```
 */
export function onnx(folder: string, options: OnnxOptions = {}): DeployTarget {
  checkTargetFolder("onnx", folder);
  checkOptions("onnx", options, rules, () => togetherMistakes(options));
  const { dtypes } = options;
  const forms = dtypes?.map((dtype) => formOf(dtype, options)) ?? [formOf(undefined, options)];
  return {
    name: "onnx",
    folder,
    ...(Object.keys(options).length > 0 ? { options: { ...options } } : {}),
    ...forms[0],
    ...(forms.length > 1 ? { formsOf: () => forms } : {}),
    async write(trained, folder) {
      await Deno.mkdir(join(folder, graphFolder(trained.trainable.model)));
      for (const dtype of dtypes ?? [undefined]) {
        await writeGraphs(trained, folder, dtype, options);
      }
      await writeOthers(trained, folder, dtypes ?? [undefined]);
    },
    check(_trainable, { task, processor }) {
      const obstacle = task.reader?.obstacle?.(processor);
      if (obstacle !== undefined) throw new TunebookError("unsupported", obstacle);
    },
    limits({ reader }, about) {
      const limit = reader?.limit?.(about);
      return limit === undefined ? [] : [limit];
    },
  };
}

const fileOf = (name: string, { model }: Pick<TrainableModel, "model">, dtype?: OnnxDtype) =>
  `${name}${fileKind(model, dtype).suffix}.onnx`;

/** The files of all graphs in a type, such as `model_q4.onnx`. */
export function graphFilesOf(trained: TrainedModel, dtype: OnnxDtype | undefined): string[] {
  return Object.keys(onnxGraphsOf(trained).programs)
    .map((name) => fileOf(name, trained.trainable, dtype));
}

async function writeGraphs(
  trained: TrainedModel,
  folder: string,
  dtype: OnnxDtype | undefined,
  { floatLayers, calibration }: Pick<OnnxOptions, "floatLayers" | "calibration">,
) {
  const { trainable, values } = trained;
  const settled = settledIn(trainable, values, dtype, floatLayers);
  const pairs = pairLayoutOf(trainable.model, trained);
  const float16 = isHalf(dtype) ? isCache : undefined;
  const bytes = dtype === "int8"
    ? await staticBytes(trained, settled, byteWeights(settled.model, floatLayers), calibration)
    : undefined;
  for (const [name, graphOf] of Object.entries(onnxGraphsOf(trained).programs)) {
    const { program, frozen } = await graphOf(settled);
    const file = join(folder, graphFolder(trainable.model), fileOf(name, trainable, dtype));
    await writeOnnxFile(file, program, frozen, { pairs, float16, bytes: bytes?.[name] });
  }
}

/** What stands beside the graphs. */
async function writeOthers(
  trained: TrainedModel,
  folder: string,
  dtypes: readonly (OnnxDtype | undefined)[],
): Promise<void> {
  const { model } = trained.trainable;
  if (model.family.component) return await writePipelineFiles(trained, folder);
  const files = dtypes.flatMap((dtype) => graphFilesOf(trained, dtype));
  await writeModelFiles(trained, folder, {
    ...readerType(model),
    "transformers.js_config": await browserConfig(
      join(folder, graphFolder(model)),
      files,
      fileKind(model, dtypes[0]).dtype,
    ),
  });
  const cutsPairs = pairLayoutOf(model, trained) !== undefined;
  await writeReaderTokenizer(folder, model, { cutsPairs });
  await writeReaderPixels(folder, model);
}

/** The files of one type, as they are proved. */
function formOf(
  dtype: OnnxDtype | undefined,
  { mostDrift, mostScoreLoss }: OnnxOptions,
): TargetForm {
  const limits = limitsIn(dtype, dtype === "fp32" ? undefined : mostDrift);
  const pathsOf = (trained: TrainedModel, folder: string) =>
    graphFilesOf(trained, dtype).map((file) =>
      join(folder, graphFolder(trained.trainable.model), file)
    );
  return {
    ...(dtype === undefined ? {} : { dtype }),
    ...limits,
    ...(mostScoreLoss === undefined ? {} : { mostScoreLoss }),
    filesOf: (trained) =>
      graphFilesOf(trained, dtype).map((file) => `${graphFolder(trained.trainable.model)}/${file}`),
    async reopen(trained, folder, device) {
      const sessions = await Promise.all(pathsOf(trained, folder).map(openOnnxFile));
      return await onnxGraphsOf(trained).opened(sessions, device);
    },
    openInWasm: (trained, folder, device) =>
      openOnnxInWasm(trained, folder, {
        device,
        dtype: fileKind(trained.trainable.model, dtype).dtype,
        tolerance: limits.tolerance,
        isRounded: isQuantised(dtype),
      }),
    async inspect(trained, folder, proof) {
      const { table } = proof;
      const { model } = trained.trainable;
      const checks = model.family.component ? pipelineChecks : settingChecks;
      const settings = await checkFolder(checks, folder, { trained, table });
      const { reader } = trained.task;
      if (!reader) return { settings };
      return {
        settings,
        answers: await askReader(reader, folder, proof, {
          tolerance: limits.tolerance,
          isRounded: isQuantised(dtype),
          model,
          dtype: fileKind(model, dtype).dtype,
        }),
      };
    },
  };
}

/** Where graphs lie: of denoisers as in the folders of optimum's pipelines. */
export function graphFolder({ family: { component } }: Pick<Model, "family">): string {
  return component ?? "onnx";
}

/**
 * What `config.json` says to transformers.js about the files in `folder`: in browsers it asks for
 * a quantised one unless told otherwise, and for weights beside the model only when told.
 */
export async function browserConfig(
  folder: string,
  files: readonly string[] = ["model.onnx"],
  dtype = "fp32",
): Promise<Record<string, unknown>> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  const pieces = files.map((file) =>
    [file, names.filter((name) => name.startsWith(`${file}_data`)).length] as const
  );
  const beside = pieces.filter(([, count]) => count > 0);
  if (beside.length === 0) return { dtype };
  const [, first] = pieces[0];
  const told = pieces.every(([, count]) => count === first)
    ? first === 1 || first
    : Object.fromEntries(beside.map(([file, count]) => [file, count === 1 || count]));
  return { dtype, use_external_data_format: told };
}
