/**
 * Reward for an answer in which a regular expression is found.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { positive, type Rules } from "../../core/option_rules.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { BatchReward, RewardValue } from "../../nn/reward.ts";
import { rewardValueRule } from "../../nn/check_rewards.ts";
import { judgeApart } from "./judge_apart.ts";
import type { PatternSettings } from "./pattern_worker.ts";

/** How long a pattern may look, and what then. */
export interface MatchesOptions {
  /** Seconds that one answer may take: 1 unless given. */
  readonly timeoutSeconds?: number;
  /** What an answer is worth that takes longer: 0 unless given; `null` leaves the reward out. */
  readonly onTimeout?: RewardValue;
}

const rules: Rules<MatchesOptions> = { timeoutSeconds: positive, onTimeout: rewardValueRule };

/**
 * 1 for an answer in which the pattern is found, else 0; `^` and `$` make it the whole answer. It looks in
 * a thread of its own, which is ended when its time is over: some patterns, such as `/^(a+)+$/`, take
 * years for a text of fifty letters.
 *
 * @throws {TunebookError} of kind `input` for what is no RegExp and for options that make no sense.
 *
 * @example
 * ```ts
 * import { matches, rewardJudge } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const judge = rewardJudge({ format: matches(/^<think>[^]*<\/think>\s*<answer>[^]*<\/answer>$/) });
 * const asked = { prompt: "1 + 1?", completionTokens: 9, finished: true, row: {}, step: 0 };
 * const { totals } = await judge.judge([
 *   { ...asked, completion: "<think>Easy.</think><answer>2</answer>" },
 *   { ...asked, completion: "2" },
 * ]);
 * assert.deepEqual(totals, [1, 0]);
 * ```
 */
export function matches(pattern: RegExp, options: MatchesOptions = {}): BatchReward {
  if (!(pattern instanceof RegExp)) {
    throw new TunebookError(
      "input",
      `matches takes a regular expression such as /yes/, but got ${shownValue(pattern)}`,
    );
  }
  checkOptions("matches", options, rules);
  const { timeoutSeconds = 1, onTimeout = 0 } = options;
  // Global and sticky patterns remember where they stopped.
  const settings: PatternSettings = {
    source: pattern.source,
    flags: pattern.flags.replace(/[gy]/g, ""),
  };
  const worker = new URL("./pattern_worker.ts", import.meta.url);
  return {
    settings: { ...settings, timeoutSeconds, onTimeout },
    rewardBatch: (samples, { signal }) =>
      judgeApart({
        worker,
        settings,
        texts: samples.map(({ completion }) => completion),
        timeoutSeconds,
        onTimeout,
        signal,
      }),
  };
}
