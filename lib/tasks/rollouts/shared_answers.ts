/**
 * Batches of sampled answers in which each prompt stands once.
 *
 * @module
 */
import {
  type PromptGroup,
  sharedPromptFeeds,
  sharedPromptLayout,
  sharedPromptSaving,
} from "../../data/shared_prompts.ts";
import type { SharedPrompts } from "../../nn/rollout.ts";
import type { LearnedAnswers } from "./learned_answer.ts";

/** How many answers each prompt has, and how long they may be. */
export interface SharedAnswersOptions {
  readonly groupSize: number;
  readonly maxNewTokens: number;
}

/** The batches of whole groups, of as many answers to each prompt; it reads the present answers when it is asked. */
export function sharedAnswers(
  prompts: readonly { readonly tokens: Int32Array }[],
  answers: Pick<LearnedAnswers, "of">,
  { groupSize, maxNewTokens }: SharedAnswersOptions,
): SharedPrompts {
  const longest = prompts.map(({ tokens }): PromptGroup => ({
    prompt: tokens.length,
    answers: Array<number>(groupSize).fill(maxNewTokens),
  }));
  return {
    saving: sharedPromptSaving(longest),
    layoutOf(sequences) {
      const chosen = Array.from(sequences, (sequence) => answers.of(sequence));
      const groups: PromptGroup[] = [];
      for (let at = 0; at < chosen.length; at += groupSize) {
        const group = chosen.slice(at, at + groupSize);
        groups.push({
          prompt: group[0].ids.length - group[0].length,
          answers: group.map(({ length }) => length),
        });
      }
      return sharedPromptLayout(groups);
    },
    feedsOf: (sequences, layout) =>
      sharedPromptFeeds(Array.from(sequences, (sequence) => answers.of(sequence).ids), layout),
  };
}
