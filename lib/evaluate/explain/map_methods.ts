/**
 * The methods that look inside of a model.
 *
 * @module
 */
import { takesNoOptions } from "../../core/check_options.ts";
import type { ExplainMethod } from "./explained.ts";

/**
 * Explains a network that pools maps (ResNet, ConvNeXt, MobileNetV2, SegFormer, graphs) by Grad-CAM (Selvaraju et al.
 * 2017, arXiv 1610.02391): what each cell of the last map adds to the label's logit, what speaks against it being 0.
 *
 * @example
 * ```ts
 * import { gradCam } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(gradCam().name, "Grad-CAM");
 * ```
 */
export function gradCam(): ExplainMethod {
  takesNoOptions("gradCam", arguments);
  return Object.freeze<ExplainMethod>({ name: "Grad-CAM", settings: {}, looksAt: "gradCam" });
}

/**
 * Explains a transformer whose head reads the first token (ViT, DeiT, BERT and its relatives) by attention rollout (Abnar
 * and Zuidema 2020, arXiv 2005.00928): how much of each patch or word reaches that token. It is the same whichever
 * label is asked for.
 *
 * @example
 * ```ts
 * import { attentionRollout } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(attentionRollout().name, "Attention rollout");
 * ```
 */
export function attentionRollout(): ExplainMethod {
  takesNoOptions("attentionRollout", arguments);
  return Object.freeze<ExplainMethod>({
    name: "Attention rollout",
    settings: {},
    looksAt: "attentionRollout",
  });
}
