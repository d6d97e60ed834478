/**
 * Optimizers that treat every parameter alike: one update over the whole state.
 *
 * @module
 */
import type { Update } from "../../engine/mod.ts";
import type { GroupStep, OpenRule, OptimizerSettings, RuleContext } from "./optimizer_rule.ts";

/** Compiles an update; `scalars` are those that it takes beside the group's and `clip`. */
export async function openElementwise(
  { device, state, settings }: RuleContext,
  update: Update,
  scalars: (step: number, settings: OptimizerSettings) => Readonly<Record<string, number>> =
    () => ({}),
): Promise<OpenRule> {
  const compiled = await device.compileUpdate(update, state);
  return {
    async step({ group, step, learningRate, weightDecay }: GroupStep, clip) {
      await compiled.run({ ...scalars(step, settings), learningRate, weightDecay, clip }, group);
    },
    dispose: () => compiled.dispose(),
  };
}
