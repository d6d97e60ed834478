/**
 * Scores all units of a model by a criterion.
 *
 * @module
 */
import { magnitudeScores } from "../../combine/prune/magnitude.ts";
import type { UnitGroup } from "../../combine/prune/unit_group.ts";
import { randomScores, type UnitScores } from "../../combine/prune/unit_scores.ts";
import { wandaScores } from "../../combine/prune/wanda.ts";
import { Random } from "../../core/random.ts";
import type { Device } from "../../engine/mod.ts";
import type { Model } from "../../nn/model.ts";
import type { CalibrationRows } from "./calibration_rows.ts";
import { gateScores } from "./gate_scores.ts";
import { inputNorms } from "./rows_of_programs.ts";
import type { PruningCriterion } from "./prune_options.ts";

/** What scores are made of. */
export interface ScoreContext {
  readonly by: PruningCriterion;
  readonly seed: number;
  readonly device: Device;
  /** There where the criterion looks at rows. */
  readonly rows: CalibrationRows | undefined;
}

/** A score for each unit of each group, in their order. */
export async function scoreUnits(
  model: Model,
  groups: readonly UnitGroup[],
  { by, seed, device, rows }: ScoreContext,
): Promise<UnitScores[]> {
  const weightOf = (path: string) => model.weights.get(`${path}.weight`)!;
  switch (by) {
    case "random":
      return groups.map((group) =>
        randomScores(group, Random.fromSeed(seed, group.kind, group.layer))
      );
    case "magnitude":
      return groups.map((group) => magnitudeScores(group, weightOf));
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
