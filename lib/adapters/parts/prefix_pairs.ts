/**
 * Which pair of keys and values of a prefix an attention has.
 *
 * @module
 */
import type { PrefixSite } from "../../nn/adapter_delta.ts";
import type { AttentionPlace } from "../../nn/attention_places.ts";

/** The numbers of each kind of attention, [tokens, layers · 2 · width]. */
export function prefixSites(
  places: readonly AttentionPlace[],
  numbers: Float32Array,
  { tokens, width }: { readonly tokens: number; readonly width: number },
): ReadonlyMap<PrefixSite, Float32Array> {
  const whole = numbers.length / tokens;
  const kinds = Map.groupBy(places.keys(), (own) => places[own].site ?? "stack");
  return new Map([...kinds].map(([site, all]) => {
    const pairs = all.map((own) => pairOf(places, own));
    if (site === "stack") return [site, numbers];
    const made = new Float32Array(tokens * all.length * 2 * width);
    for (let token = 0; token < tokens; token++) {
      pairs.forEach((pair, layer) => {
        const from = token * whole + 2 * pair * width;
        made.set(
          numbers.subarray(from, from + 2 * width),
          (token * all.length + layer) * 2 * width,
        );
      });
    }
    return [site, made];
  }));
}

/** True for a prefix of an encoder-decoder that PEFT can open. */
export function isAsInPeft(places: readonly AttentionPlace[]): boolean {
  return places.every(({ site }) => site === "decoder");
}

/** Which pair of keys and values an attention reads. */
export function pairOf(places: readonly AttentionPlace[], own: number): number {
  return isAsInPeft(places) ? 2 * own % places.length : own;
}
