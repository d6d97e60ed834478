/**
 * Documents → sequences of token ids that fit the limit.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { encodeRows } from "../../data/encode_rows.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type { Table } from "../../table/table.ts";
import type { TextOfRows } from "../shared/next_token_predictions.ts";
import type { TextGenerationOptions } from "./options.ts";

/** A sequence of one or several rows. */
export type DocumentSequence = TextOfRows & { readonly ids: Int32Array };

/** All documents of a table. */
export interface EncodedDocuments {
  readonly sequences: readonly DocumentSequence[];
  /** Rows that lost tokens. */
  readonly truncated: number;
  /** What became of long rows; absent where all that is said by `truncated`. */
  readonly notes?: readonly string[];
}

/** Encodes the rows of a table. */
export async function encodeDocuments(
  table: Table,
  { tokenizer, maxTokens }: Pick<TextProcessor, "tokenizer" | "maxTokens">,
  options: TextGenerationOptions,
  { where, signal }: { readonly where: string; readonly signal?: AbortSignal | undefined },
): Promise<EncodedDocuments> {
  const { text, documents = "rows", overflow = "cut" } = options;
  const { endToken = documents === "joined" } = options;
  if (overflow === "cut" && documents === "rows" && !endToken) {
    const { examples, truncated } = await encodeRows(table, tokenizer, {
      text,
      maxTokens,
      where,
      signal,
    });
    return { sequences: examples, truncated };
  }
  const { eosId } = tokenizer;
  if (endToken && eosId === undefined) {
    throw new TunebookError(
      "input",
      "the tokenizer names no end token (eos_token) to put after documents; give endToken: false",
    );
  }
  const { examples } = await encodeRows(table, tokenizer, {
    text,
    maxTokens: Number.MAX_SAFE_INTEGER,
    where,
    signal,
  });
  const whole = examples.map(({ ids }) =>
    endToken && ids.at(-1) !== eosId ? Int32Array.of(...ids, eosId!) : ids
  );
  return documents === "joined"
    ? blocks(whole, maxTokens)
    : rows(whole, maxTokens, overflow, where);
}

/** All documents as one text, cut into blocks. */
function blocks(documents: readonly Int32Array[], maxTokens: number): EncodedDocuments {
  const total = documents.reduce((sum, { length }) => sum + length, 0);
  const ids = new Int32Array(total);
  const rows = new Int32Array(total);
  let at = 0;
  for (const [row, document] of documents.entries()) {
    ids.set(document, at);
    rows.fill(row, at, at + document.length);
    at += document.length;
  }
  const sequences = cutInto(ids, maxTokens).map(({ part, start }) => ({
    ids: part,
    row: rows[start],
    rows: rows.subarray(start, start + part.length),
  }));
  const note = `${documents.length} rows were joined to ${total} tokens, in ${sequences.length} ` +
    `blocks of ${maxTokens}${
      total % maxTokens === 0 ? "" : `, the last one of ${total % maxTokens}`
    }`;
  return { sequences, truncated: 0, notes: [note] };
}

/** Each document by itself. */
function rows(
  documents: readonly Int32Array[],
  maxTokens: number,
  overflow: "cut" | "split" | "drop",
  where: string,
): EncodedDocuments {
  const long = documents.filter(({ length }) => length > maxTokens).length;
  const sequences = documents.flatMap((ids, row): DocumentSequence[] => {
    if (ids.length <= maxTokens) return [{ ids, row }];
    if (overflow === "drop") return [];
    if (overflow === "cut") return [{ ids: ids.slice(0, maxTokens), row }];
    return cutInto(ids, maxTokens).map(({ part }) => ({ ids: part, row }));
  });
  if (sequences.length === 0) {
    throw new TunebookError(
      "data",
      `all rows of ${where} are longer than ${maxTokens} tokens and were dropped; give more ` +
        'maxTokens, or overflow: "split"',
    );
  }
  if (overflow === "cut") return { sequences, truncated: long };
  const pieces = sequences.length - (documents.length - long);
  const note = long === 0
    ? `no row is longer than ${maxTokens} tokens`
    : `${long} of ${documents.length} rows are longer than ${maxTokens} tokens and were ` +
      (overflow === "drop" ? "dropped" : `split into ${pieces} sequences`);
  return { sequences, truncated: 0, notes: [note] };
}

function cutInto(
  ids: Int32Array,
  length: number,
): { readonly part: Int32Array; readonly start: number }[] {
  const count = Math.ceil(ids.length / length);
  return Array.from({ length: count }, (_, i) => {
    const start = i * length;
    return { part: ids.slice(start, start + length), start };
  });
}
