/**
 * XLM-RoBERTa (Conneau et al., arXiv 1911.02116): RoBERTa under another name, with a vocabulary of
 * many languages.
 *
 * @module
 */
import type { Architecture } from "../nn/architecture.ts";
import type { BertConfig } from "./bert.ts";
import { roberta } from "./roberta.ts";

/** The XLM-RoBERTa family. */
export const xlmRoberta: Architecture<BertConfig> = {
  ...roberta,
  modelType: "xlm-roberta",
  classification: {
    ...roberta.classification,
    className: "XLMRobertaForSequenceClassification",
  },
};
