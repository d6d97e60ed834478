/**
 * The attentions of a model, and how long keys and values are there.
 *
 * @module
 */
import { type AttentionSite, attentionSites } from "./attention_site.ts";
import type { ModelConfig } from "./family.ts";

/** One layer's attention, with its heads of keys and values. */
export interface AttentionPlace {
  /** Absent in families of a single stack. */
  readonly site?: AttentionSite;
  /** The layer of its stack, counted from 0. */
  readonly layer: number;
  readonly heads: number;
  /** Numbers of a head. */
  readonly size: number;
}

/** Numbers of one token's keys, which are as many at all attentions of a model. */
export function keyWidth(
  { hiddenSize, numHeads, headSize = hiddenSize / numHeads, numKeyValueHeads = numHeads }:
    ModelConfig,
): number {
  return numKeyValueHeads * headSize;
}

/** The attentions of a model: of an encoder-decoder those at `sites`, all unless given. */
export function attentionPlaces(
  config: ModelConfig,
  sites: readonly AttentionSite[] = attentionSites,
): AttentionPlace[] {
  const { numLayers, numHeads, numKeyValueHeads = numHeads, numDecoderLayers } = config;
  const width = keyWidth(config);
  const stack = (count: number, heads: number, site?: AttentionSite): AttentionPlace[] =>
    Array.from({ length: count }, (_, layer) => ({
      ...(site ? { site } : {}),
      layer,
      heads,
      size: width / heads,
    }));
  if (numDecoderLayers === undefined) return stack(numLayers, numKeyValueHeads);
  const { numDecoderHeads = numHeads } = config;
  return attentionSites.filter((site) => sites.includes(site)).flatMap((site) =>
    site === "encoder"
      ? stack(numLayers, numKeyValueHeads, site)
      : stack(numDecoderLayers, numDecoderHeads, site)
  );
}
