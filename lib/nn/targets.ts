/**
 * Chooses layers by name, the way PEFT's `target_modules` does.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { ModelInfo } from "./method.ts";
import type { ConvLayer, LinearLayer } from "./layer.ts";
import { bodyPaths } from "./model.ts";
import { moduleNames } from "./module_names.ts";

/**
 * Which layers a method adapts, with PEFT's meaning: a list of names (`query` is every layer whose
 * path ends in `.query`), a regular expression that must match a whole path, or `all-linear`.
 */
export type Targets = readonly string[] | string;

/**
 * The chosen linears, those of LoRA unless given. A name that fits none, or a choice that is empty, is
 * an error of kind "input".
 *
 * @example
 * ```ts
 * import { chooseTargets, type Method } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const method: Method = {
 *   method: "value-biases",
 *   settings: {},
 *   attach(modelInfo) {
 *     const biases = chooseTargets(modelInfo, ["value"]).map(({ path }) => `${path}.bias`);
 *     return { parameters: [], trains: (path) => biases.includes(path) };
 *   },
 * };
 * assert.equal(method.method, "value-biases");
 * ```
 */
export function chooseTargets(modelInfo: ModelInfo, targets: Targets | undefined): LinearLayer[] {
  const chosen = chooseLayers(modelInfo, targets);
  const convolution = chosen.find(({ kind }) => kind === "conv");
  if (!convolution) return chosen as LinearLayer[];
  throw new TunebookError(
    "unsupported",
    `the target ${convolution.path} is a convolution, on which lora acts and this method does not` +
      listed(chosen.filter((layer): layer is LinearLayer => layer.kind === "linear")),
  );
}

/** The same, where a method acts on convolutions, too; `all-linear` are linear layers alone, as in PEFT. */
export function chooseLayers(
  modelInfo: ModelInfo,
  targets: Targets | undefined,
): (LinearLayer | ConvLayer)[] {
  const inner = bodyPaths(modelInfo);
  const layers = modelInfo.layers.filter((layer): layer is LinearLayer | ConvLayer =>
    (layer.kind === "linear" || layer.kind === "conv") && inner.has(layer.path) &&
    !modelInfo.head.includes(layer.path)
  );
  const linears = layers.filter((layer): layer is LinearLayer => layer.kind === "linear");
  const wanted = targets ?? modelInfo.attentionTargets;
  if (wanted === "all-linear") {
    const chosen = linears.filter(({ isUnread }) => !isUnread);
    if (chosen.length > 0) return chosen;
    throw new TunebookError(
      "input",
      "targets all-linear: this model has no linear layer but its head's. Name convolutions, on which lora acts, " +
        `or train the head alone, head()${listed(layers)}`,
    );
  }
  if (typeof wanted === "string") {
    const whole = pattern(`^(?:${wanted})$`);
    const chosen = layers.filter(({ path }) =>
      moduleNames(modelInfo, path).some((name) => whole.test(name))
    );
    if (chosen.length > 0) return chosen;
    throw new TunebookError("input", `targets ${wanted} match no linear layer${listed(layers)}`);
  }
  const fits = (path: string, name: string) =>
    moduleNames(modelInfo, path).some((each) => `.${each}`.endsWith(`.${name}`));
  const names = layers.map(({ path }) => path.slice(path.lastIndexOf(".") + 1));
  for (const name of wanted) {
    if (layers.some(({ path }) => fits(path, name))) continue;
    if (modelInfo.head.some((path) => fits(path, name))) {
      throw new TunebookError(
        "input",
        `target "${name}" is a layer of the head, which is trained as a whole with every method; ` +
          `leave it out${listed(layers)}`,
      );
    }
    throw new TunebookError(
      "input",
      `target "${name}" is no linear layer${didYouMean(name, new Set(names))}${listed(layers)}`,
    );
  }
  if (wanted.length === 0) throw new TunebookError("input", "targets is empty; name at least one");
  return layers.filter(({ path }) => wanted.some((name) => fits(path, name)));
}

/** A regular expression that a person wrote. */
export function pattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new TunebookError("input", `targets: ${messageOf(error)}`, { cause: error });
  }
}

function listed(layers: readonly (LinearLayer | ConvLayer)[]): string {
  const of = (kind: "linear" | "conv") => {
    const own = layers.filter((layer) => layer.kind === kind);
    return [...new Set(own.map(({ path }) => path.replaceAll(/\.\d+\./g, ".*.")))].join(", ");
  };
  const convolutions = of("conv");
  return `. Linear layers here: ${of("linear") || "none"}` +
    (convolutions ? `. Convolutions here: ${convolutions}` : "");
}
