/**
 * Conversations → token ids with what is learned of them, counted.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../../core/errors.ts";
import { pauses } from "../../core/pauses.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type { SourceRows } from "../../table/source_rows.ts";
import { type ChatTemplate, chooseTemplate } from "../../text/chat/chat_template.ts";
import { endTokens } from "../../text/chat/end_tokens.ts";
import type { TextOfRows } from "../shared/next_token_predictions.ts";
import { learnedSpans, turnsApart } from "./learned_spans.ts";
import { type ChatTaskOptions, dayOf, learnOf } from "./options.ts";
import type { ChatRow } from "./read_conversations.ts";
import { tokenCounts } from "./token_counts.ts";
import { unwrittenFields } from "./unwritten_fields.ts";

/** One example. */
export interface ChatSequence extends TextOfRows {
  readonly ids: Int32Array;
  /** 1 for a learned token, [tokens]. */
  readonly counts: Uint8Array;
  /** Tokens and learned tokens before anything was cut. */
  readonly whole: { readonly tokens: number; readonly learned: number };
  /** How many learned tokens have a part that is not learned. */
  readonly straddling: number;
  /** How many of the learned tokens end an answer. */
  readonly ends: number;
}

/** All examples of a table, and the template that an end token was looked for in. */
export interface EncodedChats {
  readonly sequences: readonly ChatSequence[];
  /** The ids of end tokens. */
  readonly endIds: readonly number[];
}

/**
 * Renders and encodes conversations. All rows that the template refuses, or in which it hides what is
 * learned, are one error of kind "data".
 */
export async function encodeChats(
  conversations: readonly ChatRow[],
  { tokenizer, maxTokens }: Pick<TextProcessor, "tokenizer" | "maxTokens">,
  options: ChatTaskOptions,
  { source, signal }: { readonly source: SourceRows; readonly signal?: AbortSignal | undefined },
): Promise<EncodedChats> {
  const templates = new Map<boolean, ChatTemplate>();
  const templateFor = (hasTools: boolean) => {
    const known = templates.get(hasTools) ??
      chooseTemplate(tokenizer.chat, options.template, hasTools);
    templates.set(hasTools, known);
    return known;
  };
  const { ids: endIds, turnId } = endTokens(tokenizer, templateFor(false));
  const isEnd = new Set(endIds);
  const apart = options.turns === "apart";
  const how = {
    learn: apart ? "last" as const : learnOf(options),
    variables: options.variables,
    date: dayOf(options),
    turnEnd: turnId === undefined ? undefined : tokenizer.tokenText(turnId),
  };
  const unwritten = unwrittenFields(conversations, {
    templateFor,
    variables: how.variables,
    date: how.date,
    nameOf: (row) => source.nameOf(row),
  });
  if (unwritten.length > 0) {
    throw mistakes("data", `the chat template leaves out parts of ${source.where}:`, unwritten);
  }
  const sequences: ChatSequence[] = [];
  const wrong: string[] = [];
  const pause = pauses(signal);
  for (const [row, conversation] of conversations.entries()) {
    for (const each of apart ? turnsApart(conversation) : [conversation]) {
      const found = spansOf(templateFor(each.tools !== undefined), each, how);
      if (typeof found === "string") {
        wrong.push(`${source.nameOf(row)}: ${found}`);
        break;
      }
      const tokens = tokenizer.tokens(found.text);
      const { counts, straddling } = tokenCounts(found, tokens);
      const ids = tokens.ids.slice(0, maxTokens);
      const kept = counts.slice(0, maxTokens);
      // Nothing predicts the first token.
      const learned = (list: Uint8Array) =>
        list.reduce((sum, count, at) => at ? sum + count : 0, 0);
      sequences.push({
        ids,
        counts: kept,
        row,
        whole: { tokens: tokens.ids.length, learned: learned(counts) },
        straddling,
        ends: ids.filter((id, at) => kept[at] && isEnd.has(id)).length,
      });
    }
    await pause();
  }
  if (wrong.length > 0) {
    throw mistakes("data", `the chat template cannot take rows of ${source.where}:`, wrong);
  }
  return { sequences, endIds };
}

function spansOf(...given: Parameters<typeof learnedSpans>): ReturnType<typeof learnedSpans> {
  try {
    return learnedSpans(...given);
  } catch (error) {
    if (error instanceof TunebookError && error.kind === "data") return messageOf(error);
    throw error;
  }
}
