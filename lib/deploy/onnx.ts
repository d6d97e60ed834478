/**
 * Deploys the whole model as the ONNX folder that transformers.js opens in browsers, phones and
 * servers.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Mistake, optionMistake } from "../core/errors.ts";
import { oneOf, positive, type Rules, yesOrNo } from "../core/option_rules.ts";
import { join } from "node:path";
import { openOnnxFile, writeOnnxFile } from "../engine/mod.ts";
import type { Model } from "../nn/model.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { askReader } from "./ask_reader.ts";
import { checkFolder, pipelineChecks, settingChecks } from "./checks/mod.ts";
import { writeModelFiles } from "./model_folder.ts";
import { writePipelineFiles } from "./pipeline_files.ts";
import { fileKind, limitsIn, type OnnxDtype, onnxDtypes, settledIn } from "./onnx_dtype.ts";
import { isCache, onnxGraphsOf } from "./onnx_graph.ts";
import {
  pairLayoutOf,
  readerType,
  writeReaderPixels,
  writeReaderTokenizer,
} from "./reader_files.ts";
import { checkTargetFolder, type DeployTarget } from "./target.ts";

/** How to write the model. */
export interface OnnxOptions {
  /**
   * The type of the matrices, and with it the name of the files: `float16` (`model_fp16.onnx`, half the
   * bytes; caches are float16, too), `q8` (`model_quantized.onnx`, 8 bits a number) and `q4`
   * (`model_q4.onnx`, 4 bits), or `float32` (`model.onnx`). Words and heads stay in float32 in `q8` and `q4`.
   * All merge the method and round its result. Without it a model is written as it was trained: in float32,
   * or over its quantised base.
   */
  readonly dtype?: OnnxDtype;
  /**
   * How far rounding may move what the model gives. Unless given it is 0.01 of the largest logit in
   * `float16`; in `q8` and `q4` 0.02 and 0.3 nats of a held-out text's mean loss for models that write, and
   * 0.1 of a logit for others.
   */
  readonly mostDrift?: number;
  /**
   * Writes a quantised model with its weights in float32, merged with the method: for runtimes
   * without ONNX Runtime's own operators. False unless given.
   */
  readonly dequantise?: boolean;
}

const rules: Rules<OnnxOptions> = {
  dtype: oneOf(onnxDtypes),
  mostDrift: positive,
  dequantise: yesOrNo,
};

/** What a dtype says already, and float32, which does not drift. */
function togetherMistakes({ dtype, mostDrift, dequantise }: OnnxOptions): Mistake[] {
  const wrong: Mistake[] = [];
  if (dtype !== undefined && dequantise !== undefined) {
    wrong.push(optionMistake("dequantise", "stands beside dtype, which says it; leave it out"));
  }
  if (mostDrift !== undefined && (dtype ?? "float32") === "float32") {
    wrong.push(optionMistake("mostDrift", "belongs to a dtype of fewer bits than float32"));
  }
  return wrong;
}

/**
 * A transformers.js folder: `config.json`, the tokenizer, `onnx/model.onnx` with the axes `batch`
 * and `sequence` open. Of a denoiser a folder as optimum writes it for ONNX Runtime: `model_index.json`,
 * `unet/model.onnx` or `transformer/model.onnx`, and the scheduler.
 *
 * A model that was trained over a quantised base stays so: `onnx/model_bnb4.onnx`, `model_q4.onnx`
 * or `model_int8.onnx` has the base as it was held (`MatMulBnb4`, `MatMulNBits`) and the method
 * beside it, so that nothing is rounded anew.
 *
 * @example
 * ```ts
 * import { onnx } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(onnx("out/reviews-onnx").name, "onnx");
 * ```
 */
export function onnx(folder: string, options: OnnxOptions = {}): DeployTarget {
  checkTargetFolder("onnx", folder);
  checkOptions("onnx", options, rules, () => togetherMistakes(options));
  const { mostDrift } = options;
  const dtype = options.dtype ?? (options.dequantise ? "float32" : undefined);
  const limits = limitsIn(dtype, mostDrift);
  const fileOf = (name: string, { model }: TrainableModel) =>
    `${name}${fileKind(model, dtype).suffix}.onnx`;
  return {
    name: "onnx",
    folder,
    ...(Object.keys(options).length > 0 ? { options: { ...options } } : {}),
    ...limits,
    async write({ trainable, values, ...trained }, folder) {
      const { model } = trainable;
      const settled = settledIn(trainable, values, dtype);
      const pairs = pairLayoutOf(model, trained);
      const home = join(folder, graphFolder(model));
      await Deno.mkdir(home);
      const { programs } = onnxGraphsOf({ trainable, values, ...trained });
      const float16 = dtype === "float16" ? isCache : undefined;
      for (const [name, graphOf] of Object.entries(programs)) {
        const { program, frozen } = await graphOf(settled);
        const file = join(home, fileOf(name, trainable));
        await writeOnnxFile(file, program, frozen, { pairs, float16 });
      }
      if (model.family.component) {
        return await writePipelineFiles({ trainable, values, ...trained }, folder);
      }
      const files = Object.keys(programs).map((name) => fileOf(name, trainable));
      await writeModelFiles({ trainable, values, ...trained }, folder, {
        ...readerType(model),
        "transformers.js_config": await browserConfig(
          home,
          files,
          fileKind(model, dtype).dtype,
        ),
      });
      await writeReaderTokenizer(folder, model, { cutsPairs: pairs !== undefined });
      await writeReaderPixels(folder, model);
    },
    async reopen(trained, folder, device) {
      const graphs = onnxGraphsOf(trained);
      const sessions = [];
      for (const name of Object.keys(graphs.programs)) {
        sessions.push(
          await openOnnxFile(
            join(folder, graphFolder(trained.trainable.model), fileOf(name, trained.trainable)),
          ),
        );
      }
      return await graphs.opened(sessions, device);
    },
    limits({ reader }, about) {
      const limit = reader?.limit?.(about);
      return limit === undefined ? [] : [limit];
    },
    async inspect(trained, folder, proof) {
      const { table } = proof;
      const { component } = trained.trainable.model.family;
      const checks = component ? pipelineChecks : settingChecks;
      const settings = await checkFolder(checks, folder, { trained, table });
      const { reader } = trained.task;
      if (!reader) return { settings };
      const { model } = trained.trainable;
      return {
        settings,
        answers: await askReader(reader, folder, proof, {
          tolerance: limits.tolerance,
          isRounded: dtype === "q8" || dtype === "q4",
          model,
        }),
      };
    },
  };
}

/** Where graphs lie: of denoisers as in the folders of optimum's pipelines. */
function graphFolder({ family: { component } }: Pick<Model, "family">): string {
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
  const beside = files.filter((file) => names.includes(`${file}_data`));
  if (beside.length === 0) return { dtype };
  const told = beside.length === files.length
    ? true
    : Object.fromEntries(beside.map((file) => [file, true]));
  return { dtype, use_external_data_format: told };
}
