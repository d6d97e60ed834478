/**
 * Held-out documents → beginnings that the model goes on from.
 *
 * @module
 */
import type { TextProcessor } from "../../nn/processor.ts";
import type { WritingCase } from "../../nn/writing.ts";
import { textColumn } from "../../table/columns.ts";
import type { Table } from "../../table/table.ts";
import { beginningOf } from "../shared/text_prompt.ts";
import type { TextGenerationOptions } from "./options.ts";

/**
 * The rest of each text after about its first half. Of a text that is longer than training reads, the
 * part that it reads is taken. Where no end is learned, as many tokens are compared as the rest has.
 */
export function textCases(
  table: Table,
  { tokenizer, maxTokens }: TextProcessor,
  where: string,
  { text: column, documents, endToken = documents === "joined" }: TextGenerationOptions,
): WritingCase[] {
  const lengthOf = (text: string) => tokenizer.tokens(text).ids.length;
  return textColumn(table, column, { where }).flatMap((whole, row) => {
    const tokens = lengthOf(whole);
    const isCut = tokens > maxTokens;
    const text = isCut ? whole.slice(0, Math.floor(whole.length * maxTokens / tokens)) : whole;
    const input = beginningOf(text);
    // The space between belongs to neither.
    const rest = text.slice(input.length).trim();
    if (input === "" || rest === "") return [];
    return [{
      row,
      input,
      asked: input,
      references: [rest],
      ...(endToken && !isCut
        ? {}
        : { comparedTokens: Math.max(1, lengthOf(text) - lengthOf(input)) }),
    }];
  });
}
