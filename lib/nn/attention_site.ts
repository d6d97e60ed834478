/**
 * Where the attentions of an encoder-decoder stand, and how long keys and values are there.
 *
 * @module
 */
import type { ModelConfig } from "./family.ts";

/**
 * Which attention of an encoder-decoder: of the encoder to itself, of the decoder to itself, or of the
 * decoder to the encoder. Families of a single stack have one kind and do not name it.
 */
export type AttentionSite = "encoder" | "decoder" | "cross";

/** All of them, in the order in which a prefix has them. */
export const attentionSites: readonly AttentionSite[] = ["encoder", "decoder", "cross"];

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
