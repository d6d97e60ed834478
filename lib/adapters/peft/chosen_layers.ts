/**
 * PEFT's further ways to choose layers: `exclude_modules` and `layers_to_transform`.
 *
 * @module
 */
import { type PeftFiles, peftPrefix } from "./files.ts";
import type { PeftConfig } from "./config.ts";

/** What stands in a tensor's name between the path of a linear and the name of the tensor. */
const methodSuffix = /\.(?:lora|vera|ia3|beft)_.*$/;

/**
 * The same config with the chosen linears by their paths, where it leaves some of those out that
 * `target_modules` names. Which ones these are depends on the class of model in Python, so they are
 * read from the tensors that the folder holds.
 */
export function withChosenLayers({ config, tensors }: PeftFiles): PeftConfig {
  const { exclude_modules: excluded, layers_to_transform: layers } = config;
  if (isEmpty(config.target_modules) || (isEmpty(excluded) && isEmpty(layers))) return config;
  const paths = new Set(
    [...tensors.keys()]
      .filter((name) => methodSuffix.test(name))
      .map((name) => name.replace(methodSuffix, "").slice(peftPrefix.length + 1)),
  );
  const inner = config.feedforward_modules;
  return {
    ...config,
    target_modules: [...paths],
    ...(Array.isArray(inner)
      ? {
        feedforward_modules: [...paths].filter((path) =>
          inner.some((name) => `.${path}`.endsWith(`.${name}`))
        ),
      }
      : {}),
  };
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}
