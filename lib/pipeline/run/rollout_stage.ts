/**
 * What the rollouts of a training are made with: the model as it is, and the rewards.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Device } from "../../engine/mod.ts";
import { createContinuer } from "../../generate/continuer.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { RewardJudge } from "../../nn/reward.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { openPolicy } from "../../reinforce/policy.ts";
import { rewardJudge } from "../../reinforce/rewards/reward_judge.ts";
import { rewardsOfModule } from "../../reinforce/rewards_of_module.ts";
import { requireColumns } from "../../table/columns.ts";
import type { Table } from "../../table/table.ts";
import type { TrainContext } from "../../train/train.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { Assembled } from "./assemble_stage.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import { goesOn, referenceModel } from "./reference_stage.ts";

/** What the stage needs beside the model and the data. */
export interface RolloutStage {
  readonly task: AnyLabelledTask;
  /** The training rows. */
  readonly table: Table;
  readonly defaults: GenerateOptions;
  readonly device: Device;
  readonly spec: Pick<PlanSpec, "method">;
}

/**
 * Opens the rewards, and says how the training opens its policy; nothing for rows that are data.
 *
 * Throws an error of kind "input" or "data" where rewards make no sense or lack a column.
 */
export async function rolloutStage(
  { data, processor }: Assembled,
  { task, table, defaults, device, spec: { method } }: RolloutStage,
): Promise<Pick<TrainContext, "openRollouts">> {
  const { rollouts } = data.train;
  if (!rollouts) return {};
  const judge = await openJudge(rollouts.rollout.rewards, table);
  const exact = device.inFloat32 ?? device;
  if (processor.input !== "text" || !task.writing) {
    throw new TunebookError(
      "unsupported",
      `${task.task.name} samples texts, which this model cannot write`,
    );
  }
  const { writing } = task;
  return {
    openRollouts({ trainable, state }) {
      const { model, adapter } = trainable;
      const { stopTokens = [] } = defaults;
      const held = exact.holdWeights();
      const policy = openPolicy({
        ...{ trainable, state, processor, writing, stopTokens, held },
        device: exact,
        reference: () =>
          referenceModel({ model, adapter }, { device: exact, continues: goesOn({ method }) }),
        continuer: () =>
          createContinuer({ model, adapter }, {
            device: exact,
            state: () => Promise.resolve(state),
            held,
            keepsHead: true,
          }),
      });
      return Promise.resolve({
        policy,
        judge,
        isExact: device.precision === "float32" && !dropsOut(trainable, method),
        async [Symbol.asyncDispose]() {
          await policy[Symbol.asyncDispose]();
          await held.dispose();
        },
      });
    },
  };
}

async function openJudge(
  rewards: NonNullable<Assembled["data"]["train"]["rollouts"]>["rollout"]["rewards"],
  table: Table,
): Promise<RewardJudge> {
  const judge = rewardJudge(typeof rewards === "string" ? await rewardsOfModule(rewards) : rewards);
  requireColumns(table, judge.columns, "the training data, by which rewards judge,");
  await judge.prepare();
  return judge;
}

/** Whether the training leaves numbers out at random, which the sampler does not. */
function dropsOut({ model }: TrainableModel, { settings }: PlanSpec["method"]): boolean {
  const isDropout = ([name, value]: [string, unknown]) =>
    /dropout/i.test(name) && Number(value) > 0;
  return [...Object.entries(model.config), ...Object.entries(settings)].some(isDropout);
}
