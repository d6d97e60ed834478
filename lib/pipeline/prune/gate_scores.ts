/**
 * Scores of units by the gradients of the loss, with the program that trains.
 *
 * @module
 */
import { gateName, taylorScores, unitGates } from "../../combine/prune/taylor.ts";
import type { UnitGroup } from "../../combine/prune/unit_group.ts";
import type { UnitScores } from "../../combine/prune/unit_scores.ts";
import { TunebookError } from "../../core/errors.ts";
import { type Device, ops } from "../../engine/mod.ts";
import type { ModelConfig } from "../../nn/family.ts";
import type { Model } from "../../nn/model.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { gradientProgram, gradients } from "../../train/gradient_program.ts";
import { initialState } from "../../train/initial_state.ts";
import { gradientSource } from "../../train/occurring_words.ts";
import type { CalibrationRows } from "./calibration_rows.ts";

/** The gates' gradients of each row by itself, without dropout, as scores. */
export async function gateScores(
  { examples, trainable }: CalibrationRows,
  groups: readonly UnitGroup[],
  device: Device,
): Promise<UnitScores[]> {
  const { objective } = trainable;
  if (objective.acrossBatch || objective.readsOutputs) {
    throw new TunebookError(
      "unsupported",
      `taylor looks at the loss of each row, but the ${objective.name} loss is one of several rows together; ` +
        'ask for by: "wanda"',
    );
  }
  const gated: TrainableModel = {
    objective,
    model: withoutDropout(trainable.model),
    adapter: unitGates(groups),
  };
  const state = await initialState(gated, device, { accumulate: 1, seed: 0 });
  const compiled = await device.compile(gradientProgram(gated), {
    frozen: gradientSource(gated),
    state,
  });
  const found = groups.map((): Float32Array[] => []);
  try {
    const each = examples.groups ?? Array.from(examples.lengths, (_, sequence) => [sequence]);
    for (const [row, sequences] of each.entries()) {
      const weight = objective.weightOf([row]);
      if (weight === 0) continue;
      await compiled.run({
        ...await examples.feedsOf(sequences),
        ...objective.targetsOf([row], weight),
        noise: { shape: [ops.noiseSize], data: new Float32Array(ops.noiseSize) },
      });
      const ofRow = await state.read(gradients);
      groups.forEach((group, at) => found[at].push(ofRow.get(gateName(group))!));
    }
  } finally {
    await compiled.dispose();
    state.dispose();
  }
  if (found[0].length === 0) {
    throw new TunebookError(
      "data",
      "no row counts in the loss, so that taylor has nothing to look at",
    );
  }
  return groups.map((group, at) => taylorScores(group, found[at]));
}

/** The model as it is asked: nothing is dropped. */
function withoutDropout(model: Model): Model {
  const config = Object.fromEntries(
    Object.entries(model.config).map(([name, value]) => [name, /Dropout$/.test(name) ? 0 : value]),
  );
  // Every family's fields of dropout end like that; the others stay as they are.
  return { ...model, config: config as unknown as ModelConfig };
}
