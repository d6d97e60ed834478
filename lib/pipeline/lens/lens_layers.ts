/**
 * Answers out of the logits of each block.
 *
 * @module
 */
import type { LabelKind } from "../../data/labels.ts";
import type { HostTensor } from "../../engine/mod.ts";
import type { LensLayer, LensPlace } from "./logit_lens.ts";

/** How logits become answers. */
export interface LensReading {
  readonly kind: LabelKind;
  readonly top: number;
  /** What an output is called. */
  nameOf(output: number): string;
}

/**
 * The answers at a place.
 *
 * @param logits [layers + 1, places, outputs]
 */
export function lensPlaceOf(
  { shape: [layers, places, outputs], data }: HostTensor,
  place: number,
  { kind, top, nameOf }: LensReading,
): LensPlace {
  const logitsOf = (layer: number) => {
    const start = (layer * places + place) * outputs;
    return (data as Float32Array).subarray(start, start + outputs);
  };
  const answer = order(logitsOf(layers - 1))[0];
  return {
    answer: nameOf(answer),
    layers: Array.from({ length: layers }, (_, layer): LensLayer => {
      const logits = logitsOf(layer);
      const scores = scoresOf(logits, kind);
      return {
        layer,
        likeliest: order(logits).slice(0, top)
          .map((output) => ({ answer: nameOf(output), score: scores[output] })),
        score: scores[answer],
        rank: logits.filter((logit) => logit > logits[answer]).length,
      };
    }),
  };
}

function order(logits: Float32Array): number[] {
  return Array.from(logits.keys()).sort((a, b) => logits[b] - logits[a] || a - b);
}

/** The softmax, each output by itself, or the number. */
function scoresOf(logits: Float32Array, kind: LabelKind): Float64Array {
  const values = Float64Array.from(logits);
  if (kind === "regression") return values;
  if (kind === "multi") return values.map((logit) => 1 / (1 + Math.exp(-logit)));
  const most = values.reduce((a, b) => Math.max(a, b));
  const powers = values.map((logit) => Math.exp(logit - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}
