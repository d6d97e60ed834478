/**
 * Which linear layers compute in eight bits in the steps of a training whose lowest layers run once, before
 * them, in float32.
 *
 * @module
 */
import {
  type EightBitLinears,
  eightBitLinears,
  type EightBitRule,
  type FloatLinear,
} from "./eight_bit_linears.ts";
import { bodyDepth } from "./frozen_layers.ts";
import { layersBelowHead } from "./layer_depth.ts";
import { bodyPaths } from "./model.ts";
import type { TrainableModel } from "./trainable_model.ts";

/** The linear layers above the `keptLayers` lowest ones of a stack, 0 where every layer runs in each step. */
export function eightBitAbove(
  trainable: Pick<TrainableModel, "model" | "adapter">,
  keptLayers: number,
  rule: EightBitRule = {},
): EightBitLinears {
  const all = eightBitLinears(trainable, rule);
  if (keptLayers === 0) return all;
  const { model } = trainable;
  const above = bodyDepth(model) - keptLayers;
  const body = bodyPaths(model);
  const isKept = (path: string) =>
    model.family.stack
      ? layersBelowHead(model, path) > above
      : body.has(path.replace(/\.weight$/, ""));
  const kept: FloatLinear[] = [...all.chosen.keys()].filter(isKept).map((weight) => ({
    path: weight.replace(/\.weight$/, ""),
    reason: "its layer runs once for all epochs",
  }));
  return {
    chosen: new Map([...all.chosen].filter(([weight]) => !isKept(weight))),
    left: [...all.left, ...kept],
  };
}
