/**
 * XLM-RoBERTa (Conneau et al., arXiv 1911.02116): RoBERTa under another name, with a vocabulary of
 * many languages.
 *
 * @module
 */
import type { Family } from "../nn/family.ts";
import type { BertConfig } from "./bert.ts";
import { roberta, robertaHeads } from "./roberta.ts";

/** The XLM-RoBERTa family. */
export const xlmRoberta: Family<BertConfig> = {
  ...roberta,
  modelType: "xlm-roberta",
  heads: robertaHeads("XLMRoberta"),
};
