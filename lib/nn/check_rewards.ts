/**
 * The rewards of a run as they are given: named and checked.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../core/check_options.ts";
import { type Mistake, mistakeOf } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { finiteNumber, positive, required, type Rule, type Rules } from "../core/option_rules.ts";
import { shownName } from "../core/quoted.ts";
import { shownValue } from "../core/shown_value.ts";
import type { BatchReward, Reward, Rewards, RewardSpec, RewardValue } from "./reward.ts";

/** A reward with all that counts for it. */
export interface NamedReward {
  readonly name: string;
  readonly reward: Reward;
  readonly weight: number;
  readonly timeoutSeconds: number;
  /** `undefined`: an answer that takes longer is an error. */
  readonly onTimeout: RewardValue | undefined;
}

const defaultTimeoutSeconds = 60;

/** What a reward may give. */
export const rewardValueRule: Rule = [
  "a number or null",
  (value) => value === null || Number.isFinite(value),
];

const rules: Rules<RewardSpec> = {
  reward: required([
    "a function, or what a verifier such as matches(…) gives",
    (value) => typeof value === "function" || isBatchReward(value),
  ]),
  weight: finiteNumber,
  timeoutSeconds: positive,
  onTimeout: rewardValueRule,
};

/** What a verifier has; anything else stands beside it, as in `{ reward: verifier, weight }`. */
const settingsOfSpec = ["weight", "timeoutSeconds", "onTimeout"] as const;

/** Whether a reward judges all answers of a batch at once. */
export function isBatchReward(reward: unknown): reward is BatchReward {
  return isRecord(reward) && typeof reward.rewardBatch === "function";
}

/** Rewards by name; a single one has the name of its function. */
export function namedRewards(rewards: Reward | Rewards): Rewards {
  if (typeof rewards === "function") return { [rewards.name || "reward"]: rewards };
  return isBatchReward(rewards) ? { reward: rewards } : rewards as Rewards;
}

/** What is wrong with rewards by name. */
export function rewardMistakes(rewards: Rewards): Mistake[] {
  const entries = Object.entries(rewards);
  return entries.length === 0
    ? [mistakeOf(() => "it needs at least one reward: { correct: (sample) => … }")]
    : entries.flatMap(([name, given]) => specMistakes(name, specOf(given)));
}

/** All rewards in their order; one error of kind "input" names every mistake. */
export function checkedRewards(of: string, rewards: Rewards): NamedReward[] {
  requireOptions(of, rewards);
  refuseOptions(of, rewardMistakes(rewards));
  return Object.entries(rewards).map(([name, given]) => {
    const { reward, weight = 1, timeoutSeconds = defaultTimeoutSeconds, onTimeout } = specOf(given);
    return { name, reward, weight, timeoutSeconds, onTimeout };
  });
}

function specOf(given: Reward | RewardSpec): RewardSpec {
  return typeof given === "function" || isBatchReward(given) ? { reward: given } : given;
}

function specMistakes(name: string, spec: unknown): Mistake[] {
  const shown = shownName(name);
  if (!isRecord(spec)) {
    return [
      mistakeOf(() =>
        `the reward ${shown} is ${
          shownValue(spec)
        }, but must be a function, or an object with one: ` +
        "{ reward, weight }"
      ),
    ];
  }
  const inside = isBatchReward(spec.reward)
    ? settingsOfSpec.filter((setting) => setting in (spec.reward as object))
    : [];
  if (inside.length > 0) {
    return [
      mistakeOf(() =>
        `the reward ${shown} has ${inside.join(", ")} beside rewardBatch, where nobody reads it; ` +
        `write { reward: { rewardBatch }, ${inside.join(", ")} }`
      ),
    ];
  }
  return optionMistakes(spec, rules)
    .map(({ told }) => mistakeOf((nameOf) => `the reward ${shown}: ${told(nameOf)}`));
}
