/**
 * Deploys the model as a server that needs WebAssembly alone, for Deno Deploy and workers.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { TunebookError } from "../core/errors.ts";
import { oneOf, positive, type Rules, text } from "../core/option_rules.ts";
import { floatMistakes, onnxOptions, writeAskedModel } from "./browser.ts";
import { checkAsked, titles } from "./browser/page_settings.ts";
import { askEdge } from "./edge/ask_edge.ts";
import { writeEdge } from "./edge/edge_files.ts";
import { formWithin } from "./form_within.ts";
import { onnx } from "./onnx.ts";
import { isQuantised, type OnnxDtype, onnxDtypes } from "./onnx_dtype.ts";
import { checkTargetFolder, type DeployTarget } from "./target.ts";

/** How to make the server. */
export interface EdgeOptions {
  /** The type of the matrices, as `onnx` has it. as it was trained unless given. */
  readonly dtype?: OnnxDtype;
  /** How far rounding may move what the model gives, as `onnx` has it. */
  readonly mostDrift?: number;
  /** What `GET /` calls the model. */
  readonly title?: string;
}

const rules: Rules<EdgeOptions> = { dtype: oneOf(onnxDtypes), mostDrift: positive, title: text };

/**
 * A folder with a server that runs the model by WebAssembly, on one thread, without anything native:
 * `handler.js` exports `{ fetch }`, for `deno serve` and platforms that take a handler, and `main.js`
 * listens, for Deno Deploy and `deno run --allow-net main.js`. Model, runtime and transformers.js are
 * imported as bytes, so that no permission but the network's is needed; `deno.json` allows such imports, which Deno
 * calls unstable. `GET /` says how it is asked, `POST /ask` asks, `GET /health` says that it runs. It has no keys
 * and no limit of requests: those are the platform's.
 *
 * For tasks on texts that have a pipeline in transformers.js. Images are refused with an error of kind
 * "unsupported", since transformers.js reads them with a canvas or with native code.
 *
 * The receipt is that of `onnx` for the folder `model`; then the server is started with no permission but the network's,
 * and its answers are compared with those of the same library on the native runtime.
 *
 * @example
 * ```ts
 * import { edge } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(edge("out/reviews-edge", { dtype: "q8" }).name, "edge");
 * ```
 */
export function edge(folder: string, options: EdgeOptions = {}): DeployTarget {
  checkTargetFolder("edge", folder);
  checkOptions("edge", options, rules, () => floatMistakes(options));
  const { title, ...written } = options;
  const whole = onnx(folder, onnxOptions(written));
  const form = formWithin("model", whole);
  return {
    ...whole,
    ...form,
    name: "edge",
    ...(Object.keys(options).length > 0 ? { options: { ...options } } : {}),
    async check(trainable, about) {
      checkAsked("edge", about);
      if (trainable.model.family.input === "image") {
        throw new TunebookError(
          "unsupported",
          "edge(folder) takes texts: transformers.js reads images with a canvas, which browsers have, or " +
            "with native code; deploy this model with browser(folder) or onnx(folder)",
        );
      }
      await whole.check?.(trainable, about);
    },
    async write(trained, folder) {
      const settings = await writeAskedModel(whole, trained, folder, written.dtype);
      await writeEdge(folder, settings, { title: title ?? titles[settings.kind] });
    },
    async inspect(trained, folder, proof) {
      const found = await form.inspect!(trained, folder, proof);
      const inputs = trained.task.reader!.inputsOf(proof.table);
      const asked = { isRounded: isQuantised(written.dtype) };
      return { ...found, webAssembly: await askEdge(folder, inputs, asked) };
    },
  };
}
