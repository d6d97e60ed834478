/**
 * The attentions of a model, and how long keys and values are there.
 *
 * @module
 */
import { type AttentionSite, attentionSites } from "./attention_site.ts";
import type { ModelConfig } from "./family.ts";
import { keyValueSizes } from "./key_value_sizes.ts";

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

/** The attentions of a model: of an encoder-decoder those at `sites`, all unless given. */
export function attentionPlaces(
  config: ModelConfig,
  sites: readonly AttentionSite[] = attentionSites,
): AttentionPlace[] {
  const { numLayers, numHeads, numKeyValueHeads = numHeads, numDecoderLayers } = config;
  // The same at all attentions of a model.
  const { width } = keyValueSizes(config);
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
