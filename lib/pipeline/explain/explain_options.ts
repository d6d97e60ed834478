/**
 * How answers are to be explained.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { abortSignal, oneOf, type Rules, text } from "../../core/option_rules.ts";
import type { ExplainMethod } from "../../evaluate/explain/heat_maps.ts";

/** How answers are to be explained. */
export interface ExplainOptions {
  /**
   * `gradCam` for networks that pool maps (ResNet, ConvNeXt, MobileNetV2, SegFormer, graphs),
   * `attentionRollout` for ViT and DeiT; the one that the model has unless given.
   */
  readonly method?: ExplainMethod;
  /** The label that `gradCam` explains in all images; the likeliest of each unless given. */
  readonly label?: string;
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

const methods: readonly ExplainMethod[] = ["gradCam", "attentionRollout"];

const rules: Rules<ExplainOptions> = {
  method: oneOf(methods),
  label: text,
  signal: abortSignal,
};

/** Throws an error of kind "input" for options that make no sense. */
export function checkExplainOptions(options: unknown): void {
  checkOptions("explain", options, rules);
}
