/**
 * Chooses what of a model stays.
 *
 * @module
 */
import type { KeptUnits } from "../../combine/prune/pruned_model.ts";
import { type UnitGroup, unitGroups } from "../../combine/prune/unit_group.ts";
import { bestUnits, keptCount } from "../../combine/prune/unit_scores.ts";
import { TunebookError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import type { Model } from "../../nn/model.ts";
import { layerInfluence } from "./rows_of_programs.ts";
import type { PruneOptions } from "./prune_options.ts";
import { type ScoreContext, scoreUnits } from "./score_units.ts";

/** What stays, and how much each layer of the whole model changes its input, where that was measured. */
export interface ChosenUnits {
  readonly kept: KeptUnits;
  readonly influence?: readonly number[];
}

/** Measures and chooses. All scores are those of the whole model. */
export async function chooseUnits(
  model: Model,
  { heads, feedForward, layers }: Pick<PruneOptions, "heads" | "feedForward" | "layers">,
  context: ScoreContext,
): Promise<ChosenUnits> {
  const { numLayers } = model.config;
  checkLayers(layers, numLayers);
  const groups = [
    ...heads === undefined ? [] : unitGroups(model, "heads"),
    ...feedForward === undefined ? [] : unitGroups(model, "feedForward"),
  ];
  const scores = groups.length === 0 ? [] : await scoreUnits(model, groups, context);
  const keptOf = (kind: UnitGroup["kind"], share: number) =>
    groups.flatMap((group, at) =>
      group.kind === kind ? [bestUnits(scores[at], keptCount(group, share))] : []
    );
  const measured = typeof layers === "number" && layers < numLayers
    ? await layerScores(numLayers, context)
    : undefined;
  return {
    kept: {
      layers: measured
        ? bestUnits(measured.scores, layers as number)
        : Array.isArray(layers)
        ? layers
        : Array.from({ length: numLayers }, (_, layer) => layer),
      ...(heads === undefined ? {} : { heads: keptOf("heads", heads) }),
      ...(feedForward === undefined ? {} : { feedForward: keptOf("feedForward", feedForward) }),
    },
    ...(measured?.isInfluence ? { influence: Array.from(measured.scores) } : {}),
  };
}

async function layerScores(
  numLayers: number,
  { by, seed, device, rows }: ScoreContext,
): Promise<{ readonly scores: Float64Array; readonly isInfluence: boolean }> {
  if (by !== "random") return { scores: await layerInfluence(rows!, device), isInfluence: true };
  const random = Random.fromSeed(seed, "layers");
  return {
    scores: Float64Array.from({ length: numLayers }, () => random.uniform()),
    isInfluence: false,
  };
}

function checkLayers(layers: PruneOptions["layers"], numLayers: number): void {
  const most = Array.isArray(layers) ? Math.max(...layers) + 1 : layers as number | undefined;
  if (most === undefined || most <= numLayers) return;
  throw new TunebookError(
    "input",
    Array.isArray(layers)
      ? `layers names layer ${most - 1}, but the model has ${numLayers} layers, counted from 0`
      : `layers is ${most}, but the model has ${numLayers} layers`,
  );
}
