/**
 * Deploys the model as a page that runs it in the browser.
 *
 * @module
 */
import { join } from "node:path";
import { checkOptions } from "../core/check_options.ts";
import { type Mistake, optionMistake } from "../core/errors.ts";
import { oneOf, positive, type Rules, text, texts } from "../core/option_rules.ts";
import { checkPage, writePage } from "./browser/page.ts";
import { checkAsked, type PageSettings, pageSettings, titles } from "./browser/page_settings.ts";
import { formWithin } from "./form_within.ts";
import { onnx, type OnnxOptions } from "./onnx.ts";
import { fileKind, type OnnxDtype, onnxDtypes } from "./onnx_dtype.ts";
import { checkTargetFolder, type DeployTarget } from "./target.ts";
import type { TrainedModel } from "./trained_model.ts";

/** How to make the page. */
export interface BrowserOptions {
  /** The type of the matrices, as `onnx` has it; what visitors download shrinks with it. as it was trained unless given. */
  readonly dtype?: OnnxDtype;
  /** How far rounding may move what the model gives, as `onnx` has it. */
  readonly mostDrift?: number;
  /** What stands at the top of the page. */
  readonly title?: string;
  /** Inputs that a visitor may try with one click, of tasks that take a text. Anybody can read them. */
  readonly examples?: readonly string[];
}

const rules: Rules<BrowserOptions> = {
  dtype: oneOf(onnxDtypes),
  mostDrift: positive,
  title: text,
  examples: texts,
};

/**
 * A folder that any server of files can serve, from any path: a page (`index.html`) that runs the model on
 * its visitor's machine, by WebGPU where there is one, else by WebAssembly. transformers.js and its runtime
 * lie in the folder, so that no other address is asked, and a service worker keeps the files, so that the
 * page works without a network after the first visit (on https, and on the machine itself).
 *
 * For every task that has a pipeline in transformers.js; others are an error of kind "unsupported" before
 * anything is trained. The receipt is that of `onnx` for the folder `model`, and checks that the page's files are
 * whole and name no other address.
 *
 * @example
 * ```ts
 * import { browser } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const page = browser("out/reviews-page", { dtype: "q8", examples: ["What a lovely film"] });
 * assert.equal(page.name, "browser");
 * ```
 */
export function browser(folder: string, options: BrowserOptions = {}): DeployTarget {
  checkTargetFolder("browser", folder);
  checkOptions("browser", options, rules, () => floatMistakes(options));
  const { title, examples = [], ...written } = options;
  const whole = onnx(folder, onnxOptions(written));
  const form = formWithin("model", whole);
  return {
    ...whole,
    ...form,
    name: "browser",
    isPublic: true,
    ...(Object.keys(options).length > 0 ? { options: { ...options } } : {}),
    async check(trainable, about) {
      checkAsked("browser", about);
      await whole.check?.(trainable, about);
    },
    async write(trained, folder) {
      const settings = await writeAskedModel(whole, trained, folder, written.dtype);
      await writePage(folder, settings, { title: title ?? titles[settings.kind], examples });
    },
    async inspect(trained, folder, proof) {
      await checkPage(folder);
      return await form.inspect!(trained, folder, proof);
    },
  };
}

/** Writes the graphs into the folder `model`; gives how they are asked. */
export async function writeAskedModel(
  whole: Pick<DeployTarget, "write">,
  trained: TrainedModel,
  folder: string,
  dtype: OnnxDtype | undefined,
): Promise<PageSettings> {
  await Deno.mkdir(join(folder, "model"));
  await whole.write(trained, join(folder, "model"));
  return pageSettings(trained, fileKind(trained.trainable.model, dtype).dtype);
}

/** The options of `onnx` that write one file. */
export function onnxOptions(
  { dtype, ...others }: Pick<BrowserOptions, "dtype" | "mostDrift">,
): OnnxOptions {
  return { ...others, ...(dtype === undefined ? {} : { dtypes: [dtype] }) };
}

/** What is wrong with a limit of the drift: float32 has none. */
export function floatMistakes(
  { dtype = "fp32", mostDrift }: Pick<BrowserOptions, "dtype" | "mostDrift">,
): Mistake[] {
  return mostDrift === undefined || dtype !== "fp32"
    ? []
    : [optionMistake("mostDrift", "belongs to a dtype of fewer bits than fp32")];
}
