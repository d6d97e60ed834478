/**
 * What a model wrote.
 *
 * @module
 */
import type { TokenLogprobs } from "./token_logprobs.ts";

/** Why an answer ended: a stop token of the model, a stop text, `maxNewTokens`, or `maxTime`. */
export type FinishReason = "end" | "stop" | "length" | "time";

/** One answer to a prompt. */
export interface GeneratedText {
  readonly text: string;
  /** The ids of its tokens, the one that ended it included. */
  readonly tokens: readonly number[];
  readonly finishReason: FinishReason;
  /** The stop text before which it ended, where it ended so. */
  readonly stop?: string;
  /** Of each token, where they were asked. */
  readonly logprobs?: readonly TokenLogprobs[];
  /** The log probability of an answer of a beam search, over its length as `lengthPenalty` says. */
  readonly score?: number;
}
