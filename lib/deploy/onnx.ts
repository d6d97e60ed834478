/**
 * Deploys the whole model as the ONNX folder that transformers.js opens in browsers, phones and
 * servers.
 *
 * @module
 */
import { join } from "node:path";
import { openOnnxFile, writeOnnxFile } from "../engine/mod.ts";
import { forwardProgram } from "../nn/forward_program.ts";
import { settle } from "../nn/merge.ts";
import { frozenOf } from "../nn/trainee.ts";
import { writeModelFiles } from "./model_folder.ts";
import type { DeployTarget } from "./target.ts";

/**
 * As for `merged` on the CPU. The file is run there wherever it was trained, and a GPU may have
 * rounded the factors of its products to ten bits.
 */
const tolerance = 1e-3;

/** The file's name in the folder `onnx`, as transformers.js looks for float32 weights. */
const modelFile = "model.onnx";

/**
 * A transformers.js folder: `config.json`, the tokenizer, `onnx/model.onnx` with the axes `batch`
 * and `sequence` open.
 *
 * @example
 * ```ts
 * import { onnx } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(onnx("out/reviews-onnx").name, "onnx");
 * ```
 */
export function onnx(folder: string): DeployTarget {
  return {
    name: "onnx",
    folder,
    tolerance,
    async write(trained, folder) {
      const { model, adapter, task } = trained.trainee;
      const settled = { ...settle(model, adapter, trained.values), task };
      await Deno.mkdir(join(folder, "onnx"));
      await writeOnnxFile(
        join(folder, "onnx", modelFile),
        forwardProgram(settled),
        frozenOf(settled),
      );
      await writeModelFiles(trained, folder, {
        "transformers.js_config": await browserConfig(join(folder, "onnx")),
      });
    },
    async reopen(_trained, folder) {
      const session = await openOnnxFile(join(folder, "onnx", modelFile));
      return { logitsOf: (feeds) => session.run(feeds), dispose: () => session.dispose() };
    },
  };
}

/**
 * What `config.json` says to transformers.js about the files in `folder`: in browsers it asks for
 * a quantised one unless told otherwise, and for weights beside the model only when told.
 */
export async function browserConfig(folder: string): Promise<Record<string, unknown>> {
  const names = [];
  for await (const { name } of Deno.readDir(folder)) names.push(name);
  const hasData = names.includes(`${modelFile}_data`);
  return { dtype: "fp32", ...(hasData ? { use_external_data_format: true } : {}) };
}
