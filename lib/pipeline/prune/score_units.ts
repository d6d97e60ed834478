/**
 * Scores all units of a model by a criterion.
 *
 * @module
 */
import { magnitudeScores } from "../../combine/prune/magnitude.ts";
import { movementScores } from "../../combine/prune/movement.ts";
import type { UnitGroup } from "../../combine/prune/unit_group.ts";
import { randomScores, type UnitScores } from "../../combine/prune/unit_scores.ts";
import { wandaScores } from "../../combine/prune/wanda.ts";
import { TunebookError } from "../../core/errors.ts";
import { Random } from "../../core/random.ts";
import type { Device } from "../../engine/mod.ts";
import type { Model } from "../../nn/model.ts";
import type { CalibrationRows } from "./calibration_rows.ts";
import { gateScores } from "./gate_scores.ts";
import { inputNorms } from "./rows_of_programs.ts";
import type { PruningCriterion } from "./prune_options.ts";

type WeightOf = (path: string) => Float32Array;

const kinds: Readonly<Record<UnitGroup["kind"], string>> = {
  heads: "the heads",
  feedForward: "the feed-forward parts",
};

/** What scores are made of. */
export interface ScoreContext {
  readonly by: PruningCriterion;
  readonly seed: number;
  readonly device: Device;
  /** There where the criterion looks at rows. */
  readonly rows: CalibrationRows | undefined;
  /** The model before its training; there where the criterion looks at it. */
  readonly before?: Model | undefined;
}

/** A score for each unit of each group, in their order. */
export async function scoreUnits(
  model: Model,
  groups: readonly UnitGroup[],
  { by, seed, device, rows, before }: ScoreContext,
): Promise<UnitScores[]> {
  const weightOf = (path: string) => model.weights.get(`${path}.weight`)!;
  switch (by) {
    case "random":
      return groups.map((group) =>
        randomScores(group, Random.fromSeed(seed, group.kind, group.layer))
      );
    case "magnitude":
      return groups.map((group) => magnitudeScores(group, weightOf));
    case "movement":
      return movementOf(groups, weightOf, (path) => before!.weights.get(`${path}.weight`)!);
    case "wanda": {
      const norms = await inputNorms(rows!, groups.map(({ reader }) => reader.path), device);
      return groups.map((group) => {
        const { path } = group.reader;
        return wandaScores(group, weightOf(path), norms.get(path)!);
      });
    }
    case "taylor":
      return await gateScores(rows!, groups, device);
  }
}

/** An error of kind "input" where a training has left all heads or all inner numbers as they were. */
function movementOf(
  groups: readonly UnitGroup[],
  weightOf: WeightOf,
  weightBefore: WeightOf,
): UnitScores[] {
  const scores = groups.map((group) => movementScores(group, weightOf, weightBefore));
  for (const [kind, called] of Object.entries(kinds)) {
    const own = scores.filter((_, at) => groups[at].kind === kind);
    if (own.length === 0 || own.some((ofUnits) => ofUnits.some((score) => score !== 0))) continue;
    throw new TunebookError(
      "input",
      `movement compares nothing: no weight of ${called} differs from the base's. Prune what the training has ` +
        'changed, or take by: "magnitude"',
    );
  }
  return scores;
}
