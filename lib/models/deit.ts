/**
 * DeiT (Touvron et al., arXiv 2012.12877) as transformers stores it: a ViT with a second token, which
 * learned from a teacher. Checkpoints without that token are of the family `vit`.
 *
 * @module
 */
import type { Family } from "../nn/family.ts";
import { imageHead, pixelInputs } from "./image_heads.ts";
import { tokensWith } from "./patch_embedding.ts";
import { readVitConfig, vit, vitBlock, type VitConfig, vitEmbed, vitLayers } from "./vit.ts";

const ownTokens = ["embeddings.cls_token", "embeddings.distillation_token"];

/** The DeiT family. */
export const deit: Family<VitConfig> = {
  modelType: "deit",
  input: "image",
  prefix: "deit",
  readConfig: (json) => readVitConfig(json, ownTokens.length),
  layers: (config) => vitLayers(config, ownTokens),
  inputs: pixelInputs,
  tokensOf: (config) => tokensWith(ownTokens.length, config),
  patchGrid: vit.patchGrid!,
  // The two heads of a model with a teacher are no head of the usual one.
  ignored: [...vit.ignored, /^(cls|distillation)_classifier\./],
  optional: vit.optional,
  moduleOf: vit.moduleOf!,
  attentionTargets: vit.attentionTargets,
  stack: {
    ...vit.stack!,
    embed: (net, config, batch) => vitEmbed(net, config, batch, ownTokens),
    block: vitBlock,
  },
  prunable: vit.prunable!,
  heads: {
    classification: imageHead("DeiTForImageClassification", { unused: /^pooler\./ }),
  },
};
