/**
 * Prompts with answers → what a reward model reads.
 *
 * @module
 */
import { pauses } from "../../core/pauses.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type { SourceRows } from "../../table/source_rows.ts";
import { aroundText } from "../../text/around_text.ts";
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import type { Sequence } from "../../text/sequence.ts";
import { chatWords } from "../chat/chat_words.ts";
import {
  type AnswerSequence,
  encodeAnswers,
  type EncodedAnswers,
} from "../preference/encode_answers.ts";
import type { AnsweredRow } from "../preference/answered_row.ts";
import type { ConversationOptions } from "../preference/options.ts";

/** An answer behind its prompt, with the segments of tokenizers that have them. */
export type JudgedSequence = AnswerSequence & Pick<Sequence, "types">;

/** What a model reads of all rows. */
export interface EncodedJudged extends EncodedAnswers {
  readonly sequences: readonly JudgedSequence[];
}

/**
 * Conversations with the chat template; where there is none and the tokenizer closes texts, as encoders' do, the prompt and the answer as its
 * pair of texts.
 */
export async function encodeJudged(
  rows: readonly AnsweredRow[],
  processor: Pick<TextProcessor, "tokenizer" | "maxTokens">,
  options: ConversationOptions,
  { source, signal }: { readonly source: SourceRows; readonly signal?: AbortSignal | undefined },
): Promise<EncodedJudged> {
  const { tokenizer } = processor;
  const hasTemplate = options.template !== undefined ||
    Object.keys(tokenizer.chat.templates).length > 0;
  if (hasTemplate || aroundText(tokenizer).behind.length === 0) {
    return await encodeAnswers(rows, processor, options, { source, signal });
  }
  const pause = pauses(signal);
  const sequences: JudgedSequence[] = [];
  const ofRows: number[][] = [];
  for (const [row, { prompt, answers }] of rows.entries()) {
    ofRows.push(answers.map((_, at) => sequences.length + at));
    for (const answer of answers) sequences.push(pairOf(prompt, answer, row, processor));
    await pause();
  }
  return { sequences, ofRows, endIds: [] };
}

function pairOf(
  prompt: readonly ChatMessage[],
  answer: readonly ChatMessage[],
  row: number,
  { tokenizer, maxTokens }: Pick<TextProcessor, "tokenizer" | "maxTokens">,
): JudgedSequence {
  const { ids, types } = tokenizer.encode(wordsOf(prompt), wordsOf(answer), { maxTokens });
  const whole = tokenizer.encode(wordsOf(prompt), wordsOf(answer)).ids.length;
  const counts = new Uint8Array(ids.length).fill(1);
  return {
    ids,
    types,
    counts,
    row,
    whole: { tokens: whole, learned: whole },
    straddling: 0,
    ends: 0,
  };
}

/** One turn as it is, several with their roles. */
function wordsOf(messages: readonly ChatMessage[]): string {
  return messages.length === 1 ? messages[0].content ?? "" : chatWords(messages);
}
