/**
 * Asks one reward about all answers of a batch: several at a time, each within its time.
 *
 * @module
 */
import { isInterruption } from "../../core/interruption.ts";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { quoted, shownName } from "../../core/quoted.ts";
import { shownValue } from "../../core/shown_value.ts";
import type {
  BatchReward,
  RewardFunction,
  RewardSample,
  RewardStatistics,
  RewardValue,
} from "../../nn/reward.ts";
import { isBatchReward, type NamedReward } from "../../nn/check_rewards.ts";
import { rewardStatistics } from "./reward_statistics.ts";
import { tookTooLong, withinSeconds } from "./within_seconds.ts";

/** An answer before it is judged. */
export type SampledAnswer = Omit<RewardSample, "signal">;

/** What one reward said. */
export interface AskedReward {
  /** In the order of the answers; meaningless where `wrong` says something. */
  readonly values: readonly RewardValue[];
  readonly statistics: RewardStatistics;
  /** Values that are none and times that were over, in words, each with its prompt and answer. */
  readonly wrong: readonly string[];
}

/** Answers of a function while they come. */
interface Progress {
  readonly values: unknown[];
  timeouts: number;
  seconds: number;
  /** What the reward threw, in words; absent where that ends the asking. */
  readonly thrown?: string[];
}

/**
 * Asks about all answers. An error that the reward throws ends the asking, unless failures are counted: it is
 * thrown again with the name of the reward and the answer.
 */
export async function askReward(
  named: NamedReward,
  samples: readonly SampledAnswer[],
  { signal, concurrency, countFailures = false }: {
    readonly signal?: AbortSignal | undefined;
    readonly concurrency: number;
    /** Counts what goes wrong, in the statistics; `wrong` is then empty. */
    readonly countFailures?: boolean | undefined;
  },
): Promise<AskedReward> {
  const { name, reward } = named;
  const progress: Progress = {
    ...{ values: [], timeouts: 0, seconds: 0 },
    ...(countFailures ? { thrown: [] } : {}),
  };
  if (isBatchReward(reward)) await askBatch(reward, named, { samples, signal, progress });
  else await askEach(reward, named, { samples, signal, progress, concurrency });
  const { values, timeouts, seconds, thrown = [] } = progress;
  const wrong = samples.flatMap((sample, at) => {
    const value = values[at];
    if (value === null || value === failed || isUsable(value, named)) return [];
    const what = value === tookTooLong
      ? overdue(named)
      : Number.isFinite(value)
      ? `gives ${value}${
        named.weight === 1 ? "" : ` with the weight ${named.weight}`
      }, which is more than ` +
        `${largestReward} and drowns all differences`
      : `gives ${given(value)}`;
    return [`${shownName(name)} ${what} for ${shownSample(sample)}`];
  });
  const known = values.map((value) => isUsable(value, named) ? value : null);
  const counted = countFailures ? failureStatistics([...thrown, ...wrong], named, values) : {};
  const statistics = rewardStatistics(known, { timeouts, seconds, ...counted });
  return { values: known, statistics, wrong: countFailures ? [] : wrong };
}

/** Squares of larger numbers leave the range of float32, in which advantages are computed with. */
const largestReward = 1e18;

/** Whether a value is a number that can be learned from, its weight included. */
function isUsable(value: unknown, { weight }: NamedReward): value is number {
  return typeof value === "number" && Math.abs(value) <= largestReward &&
    Math.abs(weight * value) <= largestReward;
}

/** Stands for the value of a reward that has thrown, where that is counted. */
const failed = Symbol("failed");

function failureStatistics(
  wrong: readonly string[],
  named: NamedReward,
  values: readonly unknown[],
): Pick<RewardStatistics, "failures" | "firstFailure"> {
  const failures = values.filter((value) => value !== null && !isUsable(value, named)).length;
  return { failures, ...(wrong.length > 0 ? { firstFailure: wrong[0] } : {}) };
}

async function askEach(
  reward: RewardFunction,
  named: NamedReward,
  { samples, signal, progress, concurrency }: {
    readonly samples: readonly SampledAnswer[];
    readonly signal: AbortSignal | undefined;
    readonly progress: Progress;
    readonly concurrency: number;
  },
): Promise<void> {
  let next = 0;
  let hasFailed = false;
  const worker = async () => {
    while (next < samples.length && !hasFailed) {
      const at = next++;
      const begun = performance.now();
      try {
        progress.values[at] = inTime(
          await withinSeconds(
            named.timeoutSeconds,
            signal,
            (signal) => reward(ownSample(samples[at], signal)),
          ),
          named,
          progress,
        );
      } catch (error) {
        const told = failure(error, named.name, ` for ${shownSample(samples[at])}`);
        progress.values[at] = failed;
        if (progress.thrown && !isInterruption(told)) progress.thrown.push(messageOf(told));
        else {
          hasFailed = true;
          throw told;
        }
      } finally {
        progress.seconds += (performance.now() - begun) / 1000;
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(concurrency, samples.length) }, worker));
}

async function askBatch(
  reward: BatchReward,
  named: NamedReward,
  { samples, signal, progress }: {
    readonly samples: readonly SampledAnswer[];
    readonly signal: AbortSignal | undefined;
    readonly progress: Progress;
  },
): Promise<void> {
  const begun = performance.now();
  const answers = samples.length;
  let values;
  try {
    values = await withinSeconds(
      named.timeoutSeconds * answers,
      signal,
      (signal) => reward.rewardBatch(samples.map((each) => ownSample(each, signal)), { signal }),
    );
  } catch (error) {
    const told = failure(error, named.name, "");
    if (!progress.thrown || isInterruption(told)) throw told;
    progress.thrown.push(messageOf(told));
    progress.values.push(...samples.map(() => failed));
    return;
  }
  progress.seconds = (performance.now() - begun) / 1000;
  if (values === tookTooLong) {
    progress.values.push(...samples.map(() => inTime(tookTooLong, named, progress)));
    return;
  }
  const isList = Array.isArray(values) || ArrayBuffer.isView(values);
  if (!isList || values.length !== answers) {
    throw new TunebookError(
      "data",
      `the reward ${shownName(named.name)} gives ${
        isList ? `${values.length} values` : given(values)
      } for ${answers} answers; it must give a list with one value for each`,
    );
  }
  progress.values.push(...Array.from(values));
}

/** The value, or what stands for it where it took too long. */
function inTime(value: unknown, { onTimeout }: NamedReward, progress: Progress): unknown {
  if (value !== tookTooLong) return value;
  progress.timeouts++;
  return onTimeout === undefined ? tookTooLong : onTimeout;
}

/** What a reward changes in it is seen by no other reward and no later step. */
function ownSample(sample: SampledAnswer, signal: AbortSignal): RewardSample {
  return { ...ownCopy(sample) as SampledAnswer, signal };
}

/** Lists and plain objects are copied at every depth, anything else is the same. */
function ownCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(ownCopy);
  if (typeof value !== "object" || value === null) return value;
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, own]) => [name, ownCopy(own)]));
}

function overdue({ timeoutSeconds, reward }: NamedReward): string {
  const each = isBatchReward(reward) ? " an answer" : "";
  return `takes longer than ${timeoutSeconds} s${each} (timeoutSeconds gives it more, and onTimeout ` +
    "says what such an answer is worth)";
}

function given(value: unknown): string {
  if (value === undefined) return "nothing";
  return `${shownValue(value)}, which is no number`;
}

function failure(error: unknown, name: string, where: string): unknown {
  if (isInterruption(error)) return error;
  const kind = error instanceof TunebookError ? error.kind : "data";
  return new TunebookError(
    kind,
    `the reward ${shownName(name)} failed${where}: ${messageOf(error)}`,
    { cause: error },
  );
}

/** Characters of a prompt and of an answer that a message shows. */
const mostCharacters = 60;

/** An answer and its prompt, as messages name them. */
export function shownSample({ prompt, completion }: SampledAnswer): string {
  const last = typeof prompt === "string" ? prompt : String(prompt.at(-1)?.content ?? "");
  return `the answer ${cut(completion)} to ${cut(last)}`;
}

function cut(text: string): string {
  return quoted(text.length > mostCharacters ? `${text.slice(0, mostCharacters)}…` : text);
}
