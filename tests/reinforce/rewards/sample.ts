/** Answers as a rollout gives them, for the tests of rewards. */
import type { RewardSample } from "tunebook";

/** An answer to be judged, with what a test does not care about. */
export function sample(
  completion: string,
  other: Partial<RewardSample> = {},
): Omit<RewardSample, "signal"> {
  return {
    prompt: "Ask.",
    completion,
    completionTokens: completion.length,
    finished: true,
    row: {},
    step: 0,
    ...other,
  };
}
