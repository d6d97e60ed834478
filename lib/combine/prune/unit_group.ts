/**
 * What can be taken out of the blocks of a model: the units of each layer, and where their numbers lie.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Prunable, PrunableHeads } from "../../nn/prunable.ts";
import { stackOf } from "../../nn/encoder.ts";
import type { Model } from "../../nn/model.ts";

/** What is taken out as a whole: heads with the heads of queries that share them, or inner numbers. */
export type UnitKind = "heads" | "feedForward";

/** The like units of one layer. */
export interface UnitGroup {
  readonly kind: UnitKind;
  /** The layer, counted from 0. */
  readonly layer: number;
  /** How many there are. */
  readonly units: number;
  /** The linear layers that make them: `size` neighbouring outputs are one unit. */
  readonly makers: readonly UnitMatrix[];
  /** The linear layer that reads them: `size` neighbouring inputs are one unit. */
  readonly reader: UnitMatrix;
}

/** A linear layer by its path, and how many of its outputs or inputs are one unit. */
export interface UnitMatrix {
  readonly path: string;
  readonly size: number;
}

/** What the family says of its blocks; an error of kind "unsupported" for those that cannot be smaller. */
export function prunableOf({ family }: Pick<Model, "family">): Prunable {
  const { modelType, decoder, part, stack, prunable } = family;
  const why = part
    ? "it is a part of a larger model; write it by itself with merged(folder) first"
    : decoder
    ? "its decoder reads an encoder, and both have to fit each other"
    : !stack
    ? "it is no stack of like blocks"
    : "its family does not say which matrices its heads and its feed-forward parts are";
  if (prunable && stack && !decoder && !part) return prunable;
  throw new TunebookError("unsupported", `a ${modelType} cannot be pruned: ${why}`);
}

/** How the heads lie in the matrices; an error of kind "unsupported" where they cannot be fewer. */
export function prunableHeads(model: Pick<Model, "family">): PrunableHeads {
  const { heads } = prunableOf(model);
  if (!("why" in heads)) return heads;
  throw new TunebookError(
    "unsupported",
    `heads of a ${model.family.modelType} cannot be pruned: ${heads.why}. Leave out heads; feedForward and ` +
      "layers can be smaller",
  );
}

/** How many heads are taken out as one, and how many numbers each has. */
export function headSizes(
  { config }: Pick<Model, "config">,
): { readonly groups: number; readonly shared: number; readonly headSize: number } {
  const { numHeads, numKeyValueHeads: groups = numHeads, hiddenSize, headSize } = config;
  return { groups, shared: numHeads / groups, headSize: headSize ?? hiddenSize / numHeads };
}

/**
 * The units of all layers, from the first to the last. Heads of queries that share keys and values are one
 * unit, so that groups stay whole.
 */
export function unitGroups(
  model: Pick<Model, "family" | "config" | "layers">,
  kind: UnitKind,
): UnitGroup[] {
  const { layerPath } = stackOf(model.family);
  return Array.from({ length: model.config.numLayers }, (_, layer): UnitGroup => {
    const at = `${layerPath}.${layer}`;
    if (kind === "heads") {
      const { queries, keysValues, output } = prunableHeads(model);
      const { groups, shared, headSize } = headSizes(model);
      return {
        kind,
        layer,
        units: groups,
        makers: [
          { path: `${at}.${queries}`, size: shared * headSize },
          ...keysValues.map((path) => ({ path: `${at}.${path}`, size: headSize })),
        ],
        reader: { path: `${at}.${output}`, size: shared * headSize },
      };
    }
    const { inner, output } = prunableOf(model).feedForward;
    const reader = { path: `${at}.${output}`, size: 1 };
    return {
      kind,
      layer,
      units: inputsOf(model, reader.path),
      makers: inner.map((path) => ({ path: `${at}.${path}`, size: 1 })),
      reader,
    };
  });
}

function inputsOf({ layers }: Pick<Model, "layers">, path: string): number {
  const layer = layers.find((each) => each.path === path);
  if (layer?.kind === "linear") return layer.inFeatures;
  throw new Error(`${path} is no linear layer of the model`);
}
