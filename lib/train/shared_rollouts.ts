/**
 * Rollouts of several processes: each samples and scores its share, the first one asks the rewards, and all of them
 * have everything, so that advantages, figures and checkpoints are those of one process.
 *
 * @module
 */
import { dealt, valueOfFirst } from "../parallel/gather.ts";
import type { ProcessGroup } from "../parallel/process_group.ts";
import type { OpenedRollouts } from "./rollout_tools.ts";

/** The tools of one process as its part of those of all. */
export function sharedRollouts(tools: OpenedRollouts, processes: ProcessGroup): OpenedRollouts {
  const { policy, judge, teacher } = tools;
  return {
    isExact: tools.isExact,
    policy: {
      sample: (prompts, options) =>
        dealt(processes, prompts, (own) => policy.sample(own, options), options.signal),
      logProbs: (texts, options) =>
        dealt(processes, texts, (own) => policy.logProbs(own, options), options.signal),
      values: (texts, options) =>
        dealt(processes, texts, (own) => policy.values(own, options), options.signal),
    },
    ...(teacher
      ? {
        teacher: {
          logProbs: (texts, options) =>
            dealt(processes, texts, (own) => teacher.logProbs(own, options), options.signal),
        },
      }
      : {}),
    judge: {
      names: judge.names,
      columns: judge.columns,
      prepare: () => judge.prepare(),
      // Rewards may differ from call to call, cost something, or look at a whole batch.
      judge: (samples, options) =>
        valueOfFirst(processes, () => judge.judge(samples, options), options?.signal),
    },
    [Symbol.asyncDispose]: () => tools[Symbol.asyncDispose](),
  };
}
