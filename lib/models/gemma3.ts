/**
 * The texts of Gemma 3 as transformers stores it with its images (`Gemma3ForConditionalGeneration`, from
 * 4 billion parameters on): the body is `gemma3_text`, under other names. The images are left out; what
 * is written whole is the text model alone.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import type { Family, Head } from "../nn/family.ts";
import { gemma3Text } from "./gemma3_text.ts";
import type { LlamaLikeConfig } from "./llama_like_config.ts";

type Json = Readonly<Record<string, unknown>>;

/** transformers' sizes of fields that a `text_config` lacks; published configs name only some. */
const defaults: Json = {
  vocab_size: 262_208,
  hidden_size: 2304,
  intermediate_size: 9216,
  num_hidden_layers: 26,
  num_attention_heads: 8,
};

/** Fields that published configs have beside `text_config`. */
const shared = ["eos_token_id", "bos_token_id", "pad_token_id", "dtype", "torch_dtype"];

/** The class of each head in transformers. */
const classes: Readonly<Record<string, string>> = {
  classification: "Gemma3ForSequenceClassification",
  language: "Gemma3ForConditionalGeneration",
  embedding: "Gemma3Model",
};

const leftOut = /(?:^|\.)(?:vision_tower|multi_modal_projector)\./;

/** The Gemma 3 family with images, of which the texts are read. */
export const gemma3: Family<LlamaLikeConfig> = {
  ...gemma3Text,
  modelType: "gemma3",
  prefix: "model.language_model",
  readConfig: (json) => gemma3Text.readConfig(textJson(json)),
  ignored: [...gemma3Text.ignored, leftOut, /^language_model\.lm_head\./],
  // Files have the names of a model without a common body, and the body alone has none before them.
  storedNames: (path) => [`language_model.model.${path}`, `language_model.${path}`],
  heads: Object.fromEntries(
    Object.entries(gemma3Text.heads).map(([name, head]): [string, Head<LlamaLikeConfig>] => [
      name,
      { ...head, className: classes[name] },
    ]),
  ),
  part: {
    note: "the texts of a model of images and texts; the images are left out",
    leftOut,
    alone: gemma3Text as unknown as Family,
    json: textJson,
  },
};

/** The config of the text model. */
function textJson(json: Json): Record<string, unknown> {
  const { text_config: own, architectures } = json;
  if (!isRecord(own)) {
    throw mistakes("weights", "config.json does not describe this model:", [
      `text_config is ${JSON.stringify(own) ?? "missing"}, but must be an object`,
    ]);
  }
  const above = Object.fromEntries(
    [...shared, "tie_word_embeddings"].filter((name) => (json[name] ?? undefined) !== undefined)
      .map((name) => [name, json[name]]),
  );
  const named = Array.isArray(architectures) ? architectures : [];
  return {
    ...defaults,
    ...own,
    ...above,
    model_type: gemma3Text.modelType,
    architectures: Object.entries(classes).filter(([, each]) => named.includes(each))
      .map(([name]) => gemma3Text.heads[name].className),
  };
}
