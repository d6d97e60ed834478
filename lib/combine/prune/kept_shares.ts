/**
 * A model of which shares are kept as it is opened, before anything is known of rows.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Family, ModelConfig } from "../../nn/family.ts";
import type { Model } from "../../nn/model.ts";
import { magnitudeScores } from "./magnitude.ts";
import { prunedConfig, prunedModel } from "./pruned_model.ts";
import { unitGroups, type UnitKind } from "./unit_group.ts";
import { bestUnits, keptCount } from "./unit_scores.ts";

/** The shares of each layer's heads and inner numbers that are kept; all unless given. */
export interface KeptShares {
  readonly heads?: number | undefined;
  readonly feedForward?: number | undefined;
}

const kinds: readonly UnitKind[] = ["heads", "feedForward"];

/** What is said of a model before its weights are read. */
interface ReadConfig {
  readonly family: Family;
  readonly config: ModelConfig;
  readonly json: Record<string, unknown>;
}

/** The config of a model with these shares, as if its file said so. */
export function keepShares<Read extends ReadConfig>(read: Read, shares: KeptShares): Read {
  if (kinds.every((kind) => shares[kind] === undefined)) return read;
  const { family, config } = read;
  const model = { family, config, layers: family.layers(config) };
  const [groups, feedForward] = kinds.map((kind) =>
    shares[kind] === undefined ? undefined : keptCount(unitGroups(model, kind)[0], shares[kind])
  );
  return {
    ...read,
    ...prunedConfig(read, {
      layers: Array.from({ length: config.numLayers }, (_, layer) => layer),
      ...(groups === undefined ? {} : { groups }),
      ...(feedForward === undefined ? {} : { feedForward }),
    }),
  };
}

/**
 * The model with these shares, those with the largest weights; an error of kind "unsupported" for one that is held in
 * fewer bits.
 */
export function withShares(model: Model, shares: KeptShares): Model {
  const cut = kinds.filter((kind) => shares[kind] !== undefined);
  if (cut.length === 0) return model;
  if (model.quantized) {
    throw new TunebookError(
      "unsupported",
      `${
        cut.join(" and ")
      } cut matrices, which cannot be done in fewer bits: leave out quantize, or prune first`,
    );
  }
  const weightOf = (path: string) => model.weights.get(`${path}.weight`)!;
  const kept = cut.map((kind) => [
    kind,
    unitGroups(model, kind).map((group) =>
      bestUnits(magnitudeScores(group, weightOf), keptCount(group, shares[kind]!))
    ),
  ]);
  return prunedModel(model, {
    layers: Array.from({ length: model.config.numLayers }, (_, layer) => layer),
    ...Object.fromEntries(kept),
  });
}
