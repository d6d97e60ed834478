/**
 * Chooses layers by name, the way PEFT's `target_modules` does.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import type { ModelInfo } from "./method.ts";
import type { LinearLayer } from "./layer.ts";
import { bodyPaths } from "./model.ts";
import { moduleNames } from "./module_names.ts";

/**
 * Which linears a method adapts, with PEFT's meaning: a list of names (`query` is every layer whose
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
  const inner = bodyPaths(modelInfo);
  const linears = modelInfo.layers.filter((layer): layer is LinearLayer =>
    layer.kind === "linear" && inner.has(layer.path) && !modelInfo.head.includes(layer.path)
  );
  const wanted = targets ?? modelInfo.attentionTargets;
  if (wanted === "all-linear") return linears.filter(({ isUnread }) => !isUnread);
  if (typeof wanted === "string") {
    const whole = pattern(`^(?:${wanted})$`);
    const chosen = linears.filter(({ path }) =>
      moduleNames(modelInfo, path).some((name) => whole.test(name))
    );
    if (chosen.length > 0) return chosen;
    throw new TunebookError("input", `targets ${wanted} match no linear layer${listed(linears)}`);
  }
  const fits = (path: string, name: string) =>
    moduleNames(modelInfo, path).some((each) => `.${each}`.endsWith(`.${name}`));
  const names = linears.map(({ path }) => path.slice(path.lastIndexOf(".") + 1));
  for (const name of wanted) {
    if (linears.some(({ path }) => fits(path, name))) continue;
    if (modelInfo.head.some((path) => fits(path, name))) {
      throw new TunebookError(
        "input",
        `target "${name}" is a layer of the head, which is trained as a whole with every method; ` +
          `leave it out${listed(linears)}`,
      );
    }
    throw new TunebookError(
      "input",
      `target "${name}" is no linear layer${didYouMean(name, new Set(names))}${listed(linears)}`,
    );
  }
  if (wanted.length === 0) throw new TunebookError("input", "targets is empty; name at least one");
  return linears.filter(({ path }) => wanted.some((name) => fits(path, name)));
}

/** A regular expression that a person wrote. */
export function pattern(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new TunebookError("input", `targets: ${messageOf(error)}`, { cause: error });
  }
}

function listed(linears: readonly LinearLayer[]): string {
  const names = new Set(linears.map(({ path }) => path.replaceAll(/\.\d+\./g, ".*.")));
  return `. Linear layers here: ${[...names].join(", ")}`;
}
