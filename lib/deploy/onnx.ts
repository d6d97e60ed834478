/**
 * Deploys the whole model as the ONNX folder that transformers.js opens in browsers, phones and
 * servers.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Rules, yesOrNo } from "../core/option_rules.ts";
import { join } from "node:path";
import { openOnnxFile, writeOnnxFile } from "../engine/mod.ts";
import { settle } from "../nn/merge.ts";
import type { TrainableModel } from "../nn/trainable_model.ts";
import { askReader } from "./ask_reader.ts";
import { checkFolder, settingChecks } from "./checks/mod.ts";
import { writeModelFiles } from "./model_folder.ts";
import { onnxGraphsOf } from "./onnx_graph.ts";
import { pairLayoutOf, readerType, writeReaderTokenizer } from "./reader_files.ts";
import { checkTargetFolder, type DeployTarget } from "./target.ts";

/**
 * As for `merged` on the CPU. The file is run there wherever it was trained, and a GPU may have
 * rounded the factors of its products to ten bits.
 */
const tolerance = 1e-3;

/** The file's end and transformers.js' `dtype` for the ways in which the weights are held. */
const kinds = {
  float32: { suffix: "", dtype: "fp32" },
  nf4: { suffix: "_bnb4", dtype: "bnb4" },
  fp4: { suffix: "_bnb4", dtype: "bnb4" },
  int4: { suffix: "_q4", dtype: "q4" },
  int8: { suffix: "_int8", dtype: "int8" },
} as const;

/** How to write the model. */
export interface OnnxOptions {
  /**
   * Writes a quantised model with its weights in float32, merged with the method: for runtimes
   * without ONNX Runtime's own operators. False unless given.
   */
  readonly dequantise?: boolean;
}

const rules: Rules<OnnxOptions> = { dequantise: yesOrNo };

/**
 * A transformers.js folder: `config.json`, the tokenizer, `onnx/model.onnx` with the axes `batch`
 * and `sequence` open.
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
  checkOptions("onnx", options, rules);
  const { dequantise = false } = options;
  const kindOf = ({ model: { quantized } }: TrainableModel) => {
    const held = dequantise ? undefined : quantized?.values().next().value;
    return kinds[held?.format ?? "float32"];
  };
  const fileOf = (name: string, trainable: TrainableModel) =>
    `${name}${kindOf(trainable).suffix}.onnx`;
  return {
    name: "onnx",
    folder,
    ...(dequantise ? { options: { dequantise } } : {}),
    tolerance,
    async write({ trainable, values, ...trained }, folder) {
      const { model, adapter, objective } = trainable;
      const { dtype } = kindOf(trainable);
      const settled = { ...settle(model, adapter, values, { dequantise }), objective };
      const pairs = pairLayoutOf(model, trained);
      await Deno.mkdir(join(folder, "onnx"));
      const { programs } = onnxGraphsOf({ trainable, values, ...trained });
      for (const [name, graphOf] of Object.entries(programs)) {
        const { program, frozen } = await graphOf(settled);
        const file = join(folder, "onnx", fileOf(name, trainable));
        await writeOnnxFile(file, program, frozen, { pairs });
      }
      const files = Object.keys(programs).map((name) => fileOf(name, trainable));
      await writeModelFiles({ trainable, values, ...trained }, folder, {
        ...readerType(model),
        "transformers.js_config": await browserConfig(join(folder, "onnx"), files, dtype),
      });
      await writeReaderTokenizer(folder, model, { cutsPairs: pairs !== undefined });
    },
    async reopen(trained, folder, device) {
      const graphs = onnxGraphsOf(trained);
      const sessions = [];
      for (const name of Object.keys(graphs.programs)) {
        sessions.push(await openOnnxFile(join(folder, "onnx", fileOf(name, trained.trainable))));
      }
      return await graphs.opened(sessions, device);
    },
    limits({ reader }, about) {
      const limit = reader?.limit?.(about);
      return limit === undefined ? [] : [limit];
    },
    async inspect(trained, folder, proof) {
      const { table } = proof;
      const settings = await checkFolder(settingChecks, folder, { trained, table });
      const { reader } = trained.task;
      if (!reader) return { settings };
      const { model } = trained.trainable;
      return { settings, answers: await askReader(reader, folder, proof, { tolerance, model }) };
    },
  };
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
