/**
 * Fields of `adapter_config.json` that several methods share.
 *
 * @module
 */
import { mistakes } from "../../core/errors.ts";
import type { ModelInfo } from "../../nn/method.ts";
import { moduleNames } from "../../nn/module_names.ts";
import type { Targets } from "../../nn/targets.ts";
import { peftPrefix } from "./files.ts";
import type { PeftConfig } from "./config.ts";

/** A field that cannot be honoured → the values with which it means "off", the usual one first. */
export type OffFields = Readonly<Record<string, readonly unknown[]>>;

/**
 * `fan_in_fan_out`: whether the adapted weights are stored as [inFeatures, outFeatures]. PEFT corrects
 * a wrong value by the layers that it finds, so that a reader need not look at it.
 */
export function fanInFanOut({ layers }: ModelInfo, sites: readonly string[]): boolean {
  return layers.some((layer) =>
    layer.kind === "linear" && layer.storedTransposed === true && sites.includes(layer.path)
  );
}

/** PEFT's ways to train biases of the model beside a method; they are read off the tensors. */
export const learnableBiases: readonly string[] = ["none", "all", "lora_only", "vera_only"];

/** What a config must hold for a method to be made from it. */
export interface NeededFields {
  /** Fields that must be numbers. */
  readonly numbers?: readonly string[];
  /** True where the config chooses layers. */
  readonly targets?: boolean;
  readonly off?: OffFields;
}

/** Throws one error of kind "weights" with every field that is missing or cannot be honoured. */
export function checkFields(
  config: PeftConfig,
  { numbers = [], targets = false, off = {} }: NeededFields,
): void {
  const show = (value: unknown) => JSON.stringify(value) ?? "missing";
  const wrong = Object.entries(off).flatMap(([field, values]) => {
    const value = config[field] ?? values[0];
    const isEmpty = Array.isArray(value) && value.length === 0;
    return values.includes(value) || isEmpty
      ? []
      : [`${field} is ${show(value)}, only ${show(values[0])} can be read`];
  });
  const named = config.target_modules;
  const isList = Array.isArray(named) && named.every((name) => typeof name === "string");
  if (targets && !isList && typeof named !== "string") {
    wrong.push(`target_modules is ${show(named)}, but must be names`);
  }
  for (const field of numbers) {
    if (typeof config[field] === "number") continue;
    wrong.push(`${field} is ${show(config[field])}, but must be a number`);
  }
  if (wrong.length > 0) throw mistakes("weights", "the adapter cannot be read:", wrong);
}

/** The choice of layers in a config. */
export function targetsOf({ target_modules: named }: PeftConfig): Targets {
  return named as Targets;
}

/**
 * What `target_modules` must say so that PEFT wraps the same linears. PEFT looks for names in the
 * whole model: where one fits a layer of the head, or where the choice was a pattern, every path is
 * named; so it is where the model is part of a larger one, with what stands before it there.
 */
export function namesForPeft(
  modelInfo: ModelInfo,
  named: Targets,
  sites: readonly string[],
): readonly string[] {
  const { head, family: { part, moduleOf } } = modelInfo;
  if (part) return sites.map((path) => moduleNames(modelInfo, path)[0]);
  if (moduleOf) return moduleTargets(modelInfo, sites);
  const fits = (path: string, name: string) => path === name || path.endsWith(`.${name}`);
  const isExact = typeof named !== "string" &&
    !head.some((path) => named.some((name) => fits(path, name)));
  return isExact ? named : sites;
}

/** The last parts of the modules' names where they choose the same layers, else the whole names. */
export function moduleTargets(modelInfo: ModelInfo, sites: readonly string[]): readonly string[] {
  const nameOf = (path: string) => moduleNames(modelInfo, path)[0];
  const lastOf = (path: string) => nameOf(path).split(".").at(-1)!;
  const names = new Set(sites.map(lastOf));
  const chosen = modelInfo.layers.filter(({ path }) => names.has(lastOf(path)));
  // A module around others may bear such a name, too.
  const isAround = modelInfo.layers.some(({ path }) =>
    nameOf(path).split(".").slice(0, -1).some((part) => names.has(part))
  );
  return chosen.length === sites.length && !isAround ? [...names] : sites.map(nameOf);
}

/**
 * A tensor's name in a PEFT folder with what stands before the path in a model with a head, and
 * without: a model that was adapted without a head has no prefix of its own.
 */
export function wrappedNames(modelInfo: ModelInfo, name: string): readonly [string, ...string[]] {
  const [first, ...others] = moduleNames(modelInfo, name);
  return [`${peftPrefix}.${first}`, ...others.map((each) => `${peftPrefix}.${each}`)];
}
