/**
 * Which linears a PEFT folder adapts. Its fields say so by names, regular expressions of Python,
 * `all-linear`, exceptions and numbers of layers, whose meaning depends on the class of model in Python;
 * its tensors say so themselves.
 *
 * @module
 */
import { isRecord } from "../../core/objects.ts";
import type { PeftConfig } from "./config.ts";
import { type PeftFiles, peftPrefix } from "./files.ts";
import { pythonPattern } from "./python_pattern.ts";

/** What stands in a tensor's name between the path of a linear and the name of the tensor. */
const methodSuffix = /\.(?:lora|vera|ia3|beft)_.*$/;

/** Parts of models of images and texts: a model of texts has no such linears to choose. */
const ofImages = /\.(?:vision_tower|multi_modal_projector)\./;

/**
 * The same config with the adapted linears by their paths, and the ranks and alphas of single ones by
 * paths too. A folder without such tensors, as those of prompts are, keeps its config.
 */
export function withChosenLayers({ config, tensors }: PeftFiles): PeftConfig {
  // Tensors without a path are shared by all layers, as VeRA's are.
  const paths = [
    ...new Set(
      [...tensors.keys()].filter((name) => methodSuffix.test(name) && !ofImages.test(name))
        .map(pathIn)
        .filter((path) => path !== ""),
    ),
  ];
  if (paths.length === 0 || isEmpty(config.target_modules)) return config;
  return {
    ...config,
    target_modules: paths,
    ...(config.peft_type === "LORA" ? patternsOf(config, paths) : {}),
    ...(isEmpty(config.feedforward_modules)
      ? {}
      : { feedforward_modules: paths.filter((path) => scalesInputs(path, tensors)) }),
  };
}

/** The path of a linear with the prefix of its class, out of the name of one of its tensors. */
function pathIn(name: string): string {
  return name.replace(methodSuffix, "").slice(peftPrefix.length + 1);
}

/** (IA)³ scales the inputs of a feed-forward linear, [1, inFeatures], and the outputs of others. */
function scalesInputs(path: string, tensors: PeftFiles["tensors"]): boolean {
  const { shape } = tensors.get(`${peftPrefix}.${path}.ia3_l`) ?? { shape: [] };
  return shape.length === 2 && shape[0] === 1;
}

/** Ranks and alphas of single layers, which PEFT finds by expressions, the first that fits. */
function patternsOf(config: PeftConfig, paths: readonly string[]): PeftConfig {
  const fields = ["rank_pattern", "alpha_pattern"].filter((field) => isRecord(config[field]));
  return Object.fromEntries(fields.map((field) => {
    const patterns = Object.entries(config[field] as Readonly<Record<string, unknown>>)
      .map(([source, value]) => [pythonPattern(source, field), value] as const);
    const found = paths.flatMap((path) => {
      const fitting = patterns.find(([pattern]) => pattern.test(path));
      return fitting ? [[path, fitting[1]] as const] : [];
    });
    return [field, Object.fromEntries(found)];
  }));
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
