/**
 * What each group of parameters does in a step: its learning rate by schedule, method and layer, its
 * weight decay, and whether it trains yet.
 *
 * @module
 */
import type { State } from "../engine/mod.ts";
import { groupSettings, statistics } from "../nn/trained.ts";
import type { GroupStep } from "./optimizers/optimizer_rule.ts";
import { learningRateAt } from "./schedules/mod.ts";
import type { StepPlan } from "./step_plan.ts";
import type { TrainSettings } from "./train_options.ts";

/** The settings that layers differ by. */
export type LayerSettings = Pick<TrainSettings, "layerDecay" | "unfreeze">;

/** True where parameters have to be grouped by layer. */
export function isByLayer({ layerDecay, unfreeze }: Partial<LayerSettings>): boolean {
  return layerDecay !== undefined || unfreeze !== undefined;
}

/** The groups that train in a step, counted from 0. */
export type GroupSchedule = (step: number) => GroupStep[];

/**
 * With `layerDecay` d the learning rate of a group that lies n layers below the head is multiplied with
 * dⁿ, as for BEiT and ELECTRA. With `unfreeze` the groups join from the top (Howard and Ruder, ULMFiT,
 * arXiv 1801.06146): one more at each epoch, or all of them evenly over a share of the steps. A group
 * that does not train yet is not moved, keeps no moments, and its gradients do not count in the norm.
 */
export function groupSchedule(
  { tensors }: Pick<State, "tensors">,
  settings: TrainSettings,
  plan: Pick<StepPlan, "stepsPerEpoch" | "totalSteps">,
): GroupSchedule {
  const { layerDecay = 1, weightDecay } = settings;
  const names = [...new Set(tensors.map(({ group }) => group))].filter((name) =>
    name !== statistics
  );
  const startOf = firstSteps(names, settings, plan);
  const groups = names.map((group) => {
    const { decay, learningRateScale, layersBelowHead = 0 } = groupSettings(group);
    return {
      group,
      scale: learningRateScale * layerDecay ** layersBelowHead,
      weightDecay: decay ? weightDecay : 0,
      start: startOf(layersBelowHead),
    };
  });
  return (step) => {
    const learningRate = learningRateAt({ ...settings, totalSteps: plan.totalSteps }, step);
    return groups.filter(({ start }) => step >= start).map((
      { group, scale, weightDecay, start },
    ) => ({
      group,
      step: step - start + 1,
      learningRate: learningRate * scale,
      weightDecay,
    }));
  };
}

/** Layers below the head → the first step in which they train. */
function firstSteps(
  groups: readonly string[],
  { unfreeze }: LayerSettings,
  { stepsPerEpoch, totalSteps }: Pick<StepPlan, "stepsPerEpoch" | "totalSteps">,
): (layersBelowHead: number) => number {
  if (unfreeze === undefined) return () => 0;
  const depths = groups.map((group) => groupSettings(group).layersBelowHead ?? 0);
  const fromTop = [...new Set(depths)].sort((a, b) => a - b);
  const interval = unfreeze === "gradual"
    ? stepsPerEpoch
    : unfreeze * totalSteps / Math.max(1, fromTop.length - 1);
  return (layersBelowHead) => Math.ceil(fromTop.indexOf(layersBelowHead) * interval);
}
