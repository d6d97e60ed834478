/**
 * What the families of image models share: their input, and the head that classifies.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { callable, type Rule, text } from "../core/option_rules.ts";
import type { InputSpec } from "../engine/mod.ts";
import type { ImageConfig, RowHead } from "../nn/family.ts";

const pattern: Rule = ["a regular expression", (value) => value instanceof RegExp];

/**
 * The input of an image model: `pixel_values` [batch, channels, height, width].
 *
 * @example
 * ```ts
 * import { type Family, type ImageConfig, pixelInputs } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const inputs: Family<ImageConfig>["inputs"] = pixelInputs;
 * assert.equal(inputs?.length, 1);
 * ```
 */
export function pixelInputs(config: ImageConfig): Record<string, InputSpec> {
  const shape = ["batch", config.channels, ...config.imageSize];
  return { pixel_values: { role: "feed", type: "float32", shape } };
}

/** What differs between families. */
export interface ImageHeadOptions<Config> {
  /** The linear's name; `classifier` unless given. */
  readonly path?: string;
  /** Dropout before the linear; none unless given. */
  readonly dropout?: (config: Config) => number;
  readonly unused?: RegExp;
}

/**
 * Scores of the classes of an image, from its pooled features.
 *
 * @example
 * ```ts
 * import { imageHead } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { reads, className } = imageHead("ViTForImageClassification");
 * assert.deepEqual([reads, className], ["pooled", "ViTForImageClassification"]);
 * ```
 */
export function imageHead<Config extends ImageConfig>(
  className: string,
  options: ImageHeadOptions<Config> = {},
): RowHead<Config> {
  checkOptions("imageHead", options, { path: text, dropout: callable, unused: pattern });
  const { path = "classifier", dropout = () => 0, unused } = options;
  return {
    reads: "pooled",
    layers: (
      { hiddenSize },
      outputs,
    ) => [{ kind: "linear", path, inFeatures: hiddenSize, outFeatures: outputs }],
    forward: (net, config, pooled) => net.linear(path, net.dropout(pooled, dropout(config))),
    className,
    ...(unused ? { unused } : {}),
  };
}
