/**
 * What the rollouts of a training are made with: the model as it is, and the rewards.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { interruption, isInterruption } from "../../core/interruption.ts";
import type { Device, State } from "../../engine/mod.ts";
import { createContinuer } from "../../generate/continuer.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import { textConfig } from "../../nn/model.ts";
import type { RewardJudge } from "../../nn/reward.ts";
import type { TrainableModel } from "../../nn/trainable_model.ts";
import { type OpenPolicy, openPolicy } from "../../reinforce/policy.ts";
import { rewardJudge } from "../../reinforce/rewards/reward_judge.ts";
import { rewardsOfModule } from "../../reinforce/rewards_of_module.ts";
import { requireColumns } from "../../table/columns.ts";
import type { Splits } from "../../table/splits.ts";
import type { TrainContext } from "../../train/train.ts";
import type { TrainSettings } from "../../train/train_options.ts";
import type { AnyMetric, PlanSpec } from "../plan_spec.ts";
import type { Assembled } from "./assemble_stage.ts";
import { withInitial } from "./initial_parameters.ts";
import type { AnyLabelledTask } from "./read_stage.ts";
import { goesOn, referenceModel } from "./reference_stage.ts";
import { rewardFingerprint } from "./reward_fingerprint.ts";
import {
  type OpenRolloutTeacher,
  rolloutTeacher,
  type RolloutTeacherOptions,
} from "./rollout_teacher.ts";
import type { RunOptions } from "./run_options.ts";
import {
  asksForRewards,
  metricScores,
  type SampleAnswers,
  sampleRows,
  type Scored,
  scoresRewards,
} from "./score_stage.ts";

/** What the stage needs beside the model and the data. */
export interface RolloutStage {
  readonly task: AnyLabelledTask;
  readonly splits: Splits;
  readonly defaults: GenerateOptions;
  readonly device: Device;
  readonly settings: TrainSettings;
  readonly spec: Pick<PlanSpec, "method" | "metrics">;
  /** The metric of the validations. */
  readonly judge: AnyMetric;
  readonly options: RunOptions;
  readonly signal: AbortSignal;
}

/** The same metrics of the model before its training. */
export type ScoredBefore =
  & Pick<Scored, "scores" | "intervals">
  & Required<Pick<Scored, "judged">>;

/** How a run samples. */
export interface Rollouts extends Pick<TrainContext, "openRollouts">, AsyncDisposable {
  /** Answers prompts by one state after the other, and has rewards judge that. */
  readonly sample?: SampleAnswers;
  /** What the model before the training is worth, where a metric of rewards was asked. */
  readonly before?: ScoredBefore;
  /** What a checkpoint remembers of the rewards. */
  readonly rewards?: Readonly<Record<string, string>>;
}

/**
 * Opens the rewards, says how the training opens its policy, and scores the model before the training; nothing
 * for rows that are data.
 *
 * Throws an error of kind "input" or "data" where rewards make no sense or lack a column.
 */
export async function rolloutStage(
  assembled: Assembled,
  stage: RolloutStage,
): Promise<Rollouts> {
  const { rollouts } = assembled.data.train;
  if (!rollouts) return { [Symbol.asyncDispose]: () => Promise.resolve() };
  const { device, settings, spec, options } = stage;
  const { rewards: given } = rollouts.rollout;
  const rewards = typeof given === "string" ? await rewardsOfModule(given) : given;
  const judge = rewards ? await openJudge(rewardJudge(rewards), stage) : noJudge;
  const exact = device.inFloat32 ?? device;
  const held = exact.holdWeights();
  const open = policyOpener(assembled, { ...stage, device: exact, held });
  const sampler = samplerOf(open, judge, stage);
  const rollout: Rollouts = {
    ...(rewards ? { rewards: await rewardFingerprint(rewards) } : {}),
    async openRollouts({ trainable, state }) {
      const teacher = await openedTeacher(assembled, { device: exact, signal: stage.signal });
      const policy = open(trainable, state);
      return {
        policy,
        judge,
        ...(teacher ? { teacher } : {}),
        isExact: device.precision === "float32" && !dropsOut(trainable, spec.method),
        async [Symbol.asyncDispose]() {
          await policy[Symbol.asyncDispose]();
          await teacher?.[Symbol.asyncDispose]();
        },
      };
    },
    sample: (...asked) => sampler.sample(assembled.trainable, ...asked),
    async [Symbol.asyncDispose]() {
      await sampler.close();
      await held.dispose();
    },
  };
  if (!asksForRewards(spec)) return rollout;
  let before: ScoredBefore | undefined;
  try {
    await withInitial(assembled, { device: exact, seed: settings.seed }, async (state) => {
      const sample = rollout.sample!;
      const judged = await sampleRows(assembled.data.test, { sample, state, steps: 0, options });
      await sampler.close();
      const asked = Object.entries(spec.metrics).filter(([, metric]) => scoresRewards(metric));
      const scored = asked.map(([name, metric]) => ({ name, metric, predictions: judged }));
      before = { judged, ...metricScores(scored) };
    });
  } catch (error) {
    await rollout[Symbol.asyncDispose]();
    if (!isInterruption(error)) throw error;
    throw interruption("stopped before the training; nothing was trained");
  }
  return { ...rollout, before: before! };
}

/** What judges answers where nothing does. */
const noJudge: RewardJudge = {
  names: [],
  columns: [],
  prepare: () => Promise.resolve(),
  judge: (samples) =>
    Promise.resolve({ totals: samples.map(() => NaN), values: {}, statistics: {} }),
};

/** Opens the teacher of the rows, where they name one. */
async function openedTeacher(
  { data, processor, model }: Pick<Assembled, "data" | "processor" | "model">,
  on: Pick<RolloutTeacherOptions, "device" | "signal">,
): Promise<OpenRolloutTeacher | undefined> {
  const { teacher } = data.train.rollouts ?? {};
  if (!teacher || processor.input !== "text") return undefined;
  const { vocabSize } = textConfig(model);
  return await rolloutTeacher({ ...teacher, ...on, processor, vocabSize });
}

/** Refuses rows that lack what rewards judge by, and has rewards look at what they were made with. */
async function openJudge(
  rewards: RewardJudge,
  { splits, spec, judge }: Pick<RolloutStage, "splits" | "spec" | "judge">,
): Promise<RewardJudge> {
  const { train, validation, test } = splits;
  const by = "data, by which rewards judge,";
  requireColumns(train, rewards.columns, `the training ${by}`);
  if (asksForRewards(spec)) requireColumns(test, rewards.columns, `the test ${by}`);
  if (validation && scoresRewards(judge)) {
    requireColumns(validation, rewards.columns, `the validation ${by}`);
  }
  await rewards.prepare();
  return rewards;
}

/** Opens policies of one model, which share its weights. */
function policyOpener(
  { processor }: Pick<Assembled, "processor">,
  { task, defaults, device, held, spec: { method } }:
    & Pick<RolloutStage, "task" | "defaults" | "device" | "spec">
    & { readonly held: ReturnType<Device["holdWeights"]> },
): (trainable: TrainableModel, state: State) => OpenPolicy {
  const { writing } = task;
  if (processor.input !== "text" || !writing) {
    throw new TunebookError(
      "unsupported",
      `${task.task.name} samples texts, which this model cannot write`,
    );
  }
  return (trainable, state) => {
    const { model, adapter } = trainable;
    const { stopTokens = [] } = defaults;
    return openPolicy({
      ...{ trainable, state, device, processor, writing, stopTokens, held },
      reference: () =>
        referenceModel({ model, adapter }, { device, continues: goesOn({ method }) }),
      continuer: () =>
        createContinuer({ model, adapter }, {
          device,
          state: () => Promise.resolve(state),
          held,
          keepsHead: true,
        }),
    });
  };
}

/** Answers held-out prompts; what was compiled for a state is used again while the state is the same. */
function samplerOf(
  open: ReturnType<typeof policyOpener>,
  judge: RewardJudge,
  { task, settings: { seed }, signal }: Pick<RolloutStage, "task" | "settings" | "signal">,
) {
  let opened: { readonly state: State; readonly policy: OpenPolicy } | undefined;
  const close = async () => {
    await opened?.policy[Symbol.asyncDispose]();
    opened = undefined;
  };
  return {
    close,
    async sample(
      trainable: TrainableModel,
      ...[{ rollouts }, state, moment]: Parameters<SampleAnswers>
    ): ReturnType<SampleAnswers> {
      if (!rollouts?.heldOut) {
        throw new TunebookError(
          "unsupported",
          `${task.task.name} does not answer held-out prompts, which metrics of rewards need`,
        );
      }
      if (opened?.state !== state) {
        await close();
        opened = { state, policy: open(trainable, state) };
      }
      const { policy } = opened!;
      return await rollouts.heldOut.answer({ ...moment, seed, signal }, { policy, judge });
    },
  };
}

/** Whether the training leaves numbers out at random, which the sampler does not. */
function dropsOut({ model }: TrainableModel, { settings }: PlanSpec["method"]): boolean {
  const isDropout = ([name, value]: [string, unknown]) =>
    /dropout/i.test(name) && Number(value) > 0;
  return [...Object.entries(model.config), ...Object.entries(settings)].some(isDropout);
}
