/**
 * Prompts with answers → token ids, one sequence for each answer with its prompt before it.
 *
 * @module
 */
import type { TextProcessor } from "../../nn/processor.ts";
import { sourceOfItems, type SourceRows } from "../../table/source_rows.ts";
import { type ChatSequence, encodeChats } from "../chat/encode_chats.ts";
import type { ConversationOptions } from "./options.ts";
import type { AnsweredRow } from "./answered_row.ts";

/** One answer behind its prompt. `counts` has 1 for a token of the answer, its end token included. */
export type AnswerSequence = ChatSequence;

/** All answers of all rows. */
export interface EncodedAnswers {
  readonly sequences: readonly AnswerSequence[];
  /** The sequences of each row, in the order of its answers. */
  readonly ofRows: readonly (readonly number[])[];
  /** The ids of end tokens. */
  readonly endIds: readonly number[];
}

/**
 * Renders and encodes as `chat` does: prompt and answer are tokenised together, and a token with any character of the
 * answer is the answer's.
 */
export async function encodeAnswers(
  rows: readonly AnsweredRow[],
  processor: Pick<TextProcessor, "tokenizer" | "maxTokens">,
  options: ConversationOptions,
  { source, signal }: { readonly source: SourceRows; readonly signal?: AbortSignal | undefined },
): Promise<EncodedAnswers> {
  const rowOf: number[] = [];
  const conversations = rows.flatMap(({ prompt, answers, tools }, row) =>
    answers.map((answer) => {
      rowOf.push(row);
      return {
        messages: [...prompt, ...answer],
        prompt: prompt.length,
        ...(tools ? { tools } : {}),
      };
    })
  );
  const { sequences, endIds } = await encodeChats(
    conversations,
    processor,
    { ...options, learn: "completion" },
    { source: sourceOfItems(source, rowOf), signal },
  );
  const ofRows: number[][] = rows.map(() => []);
  rowOf.forEach((row, at) => ofRows[row].push(at));
  return {
    sequences: sequences.map((sequence, at) => ({ ...sequence, row: rowOf[at] })),
    ofRows,
    endIds,
  };
}

/** Tokens of an answer that are predicted; nothing predicts a sequence's first token. */
export function answerTokens({ counts }: Pick<AnswerSequence, "counts">): number {
  return counts.reduce((total, count, at) => at > 0 ? total + count : 0, 0);
}
