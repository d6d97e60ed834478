/**
 * What layers below the head have computed, for losses that read it.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Tensor } from "../engine/mod.ts";

/** A part of a loss that reads hidden states: those of the token that stands for each sequence. */
export interface LayerStates {
  /** After which layers, counted from 1. */
  readonly layers: readonly number[];
  /** What is added to the loss, a scalar, of the states after each of the layers, [batch, hiddenSize]. */
  loss(states: readonly Tensor[], feeds: Readonly<Record<string, Tensor>>): Tensor;
}

/** Is told of each layer that was run, counted from 1; `pooled` gives the states, [batch, hiddenSize]. */
export type AfterLayer = (layer: number, pooled: () => Tensor) => void;

/** Keeps the states after some layers while a model runs. */
export function statesAfter(layers: readonly number[]): {
  readonly afterLayer: AfterLayer;
  /** The states in the order of the layers; an error of kind "unsupported" where one was not run. */
  all(): Tensor[];
} {
  const found = new Map<number, Tensor>();
  return {
    afterLayer(layer, pooled) {
      if (layers.includes(layer)) found.set(layer, pooled());
    },
    all: () =>
      layers.map((layer) => {
        const state = found.get(layer);
        if (state) return state;
        throw new TunebookError(
          "unsupported",
          `the loss reads the hidden states after layer ${layer}, which are not computed in this training: the ` +
            "model is no stack with so many layers, or layers up to it are frozen and computed once; train it whole, full()",
        );
      }),
  };
}
