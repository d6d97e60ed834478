/**
 * Gemma 3 for texts alone (arXiv 2503.19786) as transformers stores it: Gemma 2 with normalised
 * queries and keys instead of bounded scores, and five layers with a window for one without, which
 * turns positions more slowly.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import type { ConfigReader } from "../nn/config_reader.ts";
import { gemmaLike, readGemma } from "./gemma_like.ts";
import type { OwnSizes } from "./llama_like_config.ts";
import { readRotary } from "./rotary.ts";
import type { RotaryFields } from "./rotary_scaling.ts";

/** Layers from one without a window to the next, where a config says nothing. */
const defaultPattern = 6;
/** The paper's bases of layers without and with a window. */
const [globalTheta, localTheta] = [1_000_000, 10_000];

/** The Gemma 3 family. */
export const gemma3Text = gemmaLike({
  modelType: "gemma3_text",
  classes: {
    classification: "Gemma3TextForSequenceClassification",
    language: "Gemma3ForCausalLM",
    embedding: "Gemma3TextModel",
  },
  maxPositions: 131_072,
  normsQueriesKeys: true,
  own(read, sizes) {
    // transformers' Gemma 3 reads this field and does not use it.
    read.off("attn_logit_softcapping");
    const pattern = read.size("sliding_window_pattern", defaultPattern);
    const { sliding, ...shared } = readGemma(read, sizes, {
      isSliding: (layer) => (layer + 1) % pattern !== 0,
    });
    const { rotary, local } = readBoth(read, sizes);
    return { ...shared, rotary, ...(sliding ? { sliding: { ...sliding, rotary: local } } : {}) };
  },
});

/** Both bases: `rope_parameters` by kind of layer, or fields of their own, as before transformers 5. */
function readBoth(
  read: ConfigReader,
  { maxPositions, headSize }: OwnSizes,
): { rotary: RotaryFields; local: RotaryFields } {
  const given = read.value("rope_parameters") ?? undefined;
  const kinds = ["full_attention", "sliding_attention"];
  if (given !== undefined && !(isRecord(given) && kinds.every((kind) => isRecord(given[kind])))) {
    read.wrong("rope_parameters", `an object with the objects ${kinds.join(" and ")}`);
  }
  const at = (kind: string) => `rope_parameters.${kind}`;
  const whole = given === undefined ? "rope_scaling" : at(kinds[0]);
  return {
    rotary: readRotary(read, { scaling: whole, fallback: globalTheta, maxPositions, headSize }),
    local: readRotary(read, {
      scaling: at(kinds[1]),
      theta: "rope_local_base_freq",
      fallback: localTheta,
      maxPositions,
      headSize,
    }),
  };
}
