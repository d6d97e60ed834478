/**
 * Training by rewards on a command line.
 *
 * @module
 */
import { columnFlag, type TaskFlag } from "../shared/task_flag.ts";

/** How answers are sampled; `groupSize` and `updates` are what they are without the flag. */
function samplingFlags(
  { groupSize, updates }: { readonly groupSize: number; readonly updates: number },
): readonly TaskFlag[] {
  return [
    columnFlag("prompt", "the column of what is asked"),
    { name: "rewards", value: "text", what: "a module that exports the rewards, rewards.ts" },
    { name: "groupSize", value: "number", what: `answers to each prompt (${groupSize})` },
    // `--max-new-tokens` is of texts that are written for scores, of any task.
    {
      name: "maxNewTokens",
      flag: "answerTokens",
      value: "number",
      what: "the most tokens of a sampled answer (256)",
    },
    { name: "temperature", value: "number", what: "divides the logits of sampled tokens (1)" },
    {
      name: "updates",
      value: "number",
      what: `steps that learn from the same answers (${updates})`,
    },
    { name: "scoredPrompts", value: "number", what: "held-out prompts that scores answer (all)" },
    { name: "scoredAnswers", value: "number", what: "answers to each of them (1)" },
    { name: "template", value: "text", what: "the chat template of prompts that are messages" },
    { name: "system", value: "text", what: "a system prompt for messages without one" },
  ];
}

const masking: TaskFlag = {
  name: "maskTruncated",
  value: "boolean",
  what: "leave answers out that were cut (false)",
};

const grouped: readonly TaskFlag[] = [
  ...samplingFlags({ groupSize: 8, updates: 1 }),
  {
    name: "beta",
    value: "number",
    what: "the weight of the divergence from the start (0; rloo 0.05)",
  },
  { name: "epsilonLow", value: "number", what: "how far the ratio may fall (0.2)" },
  { name: "epsilonHigh", value: "number", what: "how far the ratio may rise (as it may fall)" },
  masking,
];

const penalty: TaskFlag = {
  name: "missingEndPenalty",
  value: "number",
  what: "taken off the reward of an answer that was cut (0)",
};

/** The options of `grpo` as flags. */
export const grpoFlags: readonly TaskFlag[] = [
  ...grouped,
  { name: "loss", value: "text", what: "dapo, grpo, dr_grpo or bnpo (dapo)" },
  {
    name: "scale",
    value: "text",
    what: "what advantages are divided by: group, batch or none (group)",
  },
  { name: "ratio", value: "text", what: "of each token or of each answer (token)" },
];

/** The options of `rloo` as flags. */
export const rlooFlags: readonly TaskFlag[] = [
  ...grouped,
  {
    name: "normalizeAdvantages",
    value: "boolean",
    what: "advantages over their deviation (false)",
  },
];

/** The options of `onlineDpo` as flags. */
export const onlineDpoFlags: readonly TaskFlag[] = [
  ...samplingFlags({ groupSize: 2, updates: 1 }),
  {
    name: "judge",
    value: "text",
    what: "a module whose default export says which of two answers is better",
  },
  { name: "loss", value: "text", what: "sigmoid or ipo (sigmoid)" },
  { name: "beta", value: "number", what: "how strongly the model is held to what it was (0.1)" },
  penalty,
];

/** The options of `rejectionSampling` as flags. */
export const rejectionSamplingFlags: readonly TaskFlag[] = [
  ...samplingFlags({ groupSize: 8, updates: 1 }),
  { name: "best", value: "number", what: "answers to each prompt that are kept (1)" },
  { name: "topShare", value: "number", what: "the share of a step's answers that is kept" },
  { name: "leastReward", value: "number", what: "the least reward of an answer that is kept" },
  penalty,
];

/** The options of `ppo` as flags. */
export const ppoFlags: readonly TaskFlag[] = [
  ...samplingFlags({ groupSize: 1, updates: 4 }),
  masking,
  { name: "gamma", value: "number", what: "what a reward counts one token earlier (1)" },
  { name: "lambda", value: "number", what: "trust in values (0) or in rewards (1) (0.95)" },
  { name: "clip", value: "number", what: "how far the ratio may go from 1 (0.2)" },
  { name: "valueClip", value: "number", what: "how far a value may go in a rollout (0.2)" },
  { name: "valueWeight", value: "number", what: "the weight of the values' loss (0.1)" },
  {
    name: "kl.weight",
    flag: "klWeight",
    value: "number",
    what: "what a nat of divergence from the start costs (0.05)",
  },
  {
    name: "kl.target",
    flag: "klTarget",
    value: "number",
    what: "nats an answer that the weight aims at (none)",
  },
  {
    name: "kl.horizon",
    flag: "klHorizon",
    value: "number",
    what: "answers in which it changes by a fifth (10000)",
  },
  { name: "kl.estimator", flag: "klEstimator", value: "text", what: "k1 or k3 (k1)" },
  {
    name: "whitenAdvantages",
    value: "boolean",
    what: "advantages with mean 0 and deviation 1 (true)",
  },
  { name: "whitenRewards", value: "boolean", what: "rewards with deviation 1 (false)" },
];
