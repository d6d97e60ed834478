/**
 * Reward for an answer that is JSON of a given form.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { TunebookError } from "../../core/errors.ts";
import { isRecord } from "../../core/objects.ts";
import { once } from "../../core/once.ts";
import { positive, type Rules, yesOrNo } from "../../core/option_rules.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { BatchReward, RewardValue } from "../../nn/reward.ts";
import { rewardValueRule } from "../../nn/check_rewards.ts";
import { judgeApart } from "./judge_apart.ts";
import {
  type JsonSchema,
  mayHavePatterns,
  schemaJudge,
  type SchemaSettings,
} from "./schema_judge.ts";

/** Where the JSON stands, how long it may be looked at, and what then. */
export interface JsonMatchesOptions {
  /** Whether the JSON may stand in a fenced block, the last one of the answer: yes unless given. */
  readonly fenced?: boolean;
  /** Seconds that one answer may take: 1 unless given. */
  readonly timeoutSeconds?: number;
  /** What an answer is worth that takes longer: 0 unless given; `null` leaves the reward out. */
  readonly onTimeout?: RewardValue;
}

const rules: Rules<JsonMatchesOptions> = {
  fenced: yesOrNo,
  timeoutSeconds: positive,
  onTimeout: rewardValueRule,
};

/**
 * 1 for an answer that is JSON and valid by a JSON schema (draft 7, 2019-09 or 2020-12 as its `$schema`
 * says, 2020-12 without), else 0. `format` is a note that is not looked at. A schema with patterns, which may
 * take for ever on some texts, is looked at in a thread of its own, which is ended when its time is over.
 *
 * @throws {TunebookError} of kind `input` for what is no schema and for options that make no sense; a
 * schema that contradicts itself is refused before the first step.
 *
 * @example
 * ```ts
 * import { jsonMatches, rewardJudge } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const judge = rewardJudge({
 *   form: jsonMatches({
 *     type: "object",
 *     properties: { city: { type: "string" }, people: { type: "integer", minimum: 0 } },
 *     required: ["city", "people"],
 *     additionalProperties: false,
 *   }),
 * });
 * const asked = { prompt: "Paris as JSON", completionTokens: 9, finished: true, row: {}, step: 0 };
 * const { totals } = await judge.judge([
 *   { ...asked, completion: '~~~json\n{ "city": "Paris", "people": 2048472 }\n~~~' },
 *   { ...asked, completion: '{ "city": "Paris" }' },
 * ]);
 * assert.deepEqual(totals, [1, 0]);
 * ```
 */
export function jsonMatches(
  schema: JsonSchema,
  options: JsonMatchesOptions = {},
): BatchReward {
  if (typeof schema !== "boolean" && !isRecord(schema)) {
    throw new TunebookError(
      "input",
      `jsonMatches takes a JSON schema such as { type: "object" }, but got ${shownValue(schema)}`,
    );
  }
  checkOptions("jsonMatches", options, rules);
  const { fenced = true, timeoutSeconds = 1, onTimeout = 0 } = options;
  const settings: SchemaSettings = { schema, fenced };
  const worker = new URL("./schema_worker.ts", import.meta.url);
  const judge = once(() => schemaJudge(settings));
  return {
    settings: { ...settings, timeoutSeconds, onTimeout },
    async prepare() {
      await judge();
    },
    async rewardBatch(samples, { signal }) {
      const texts = samples.map(({ completion }) => completion);
      if (mayHavePatterns(schema)) {
        return await judgeApart({ worker, settings, texts, timeoutSeconds, onTimeout, signal });
      }
      const isRight = await judge();
      return texts.map((text) => isRight(text) ? 1 : 0);
    },
  };
}
