/**
 * Rows → the sequences that a model takes, and which of their tokens are of which words.
 *
 * @module
 */
import { eachRow } from "../../data/each_row.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type { SourceRows } from "../../table/source_rows.ts";
import type { Sequence } from "../../text/sequence.ts";
import type { TextRow } from "./tagged_rows.ts";
import { type UnitTokens, unitTokens } from "./word_units.ts";
import { type UnitWindow, wordWindows } from "./word_windows.ts";

/** A window of a text as a model takes it. */
export interface TagSequence extends Sequence {
  /** Which tokens of the text, and the units that it learns and answers. */
  readonly window: UnitWindow;
  /** Where the text's tokens start in `ids`. */
  readonly offset: number;
}

/** A row with its tokens and sequences. */
export interface TokenisedRow {
  readonly row: TextRow;
  readonly tokens: UnitTokens;
  /** Positions in the list of all sequences. */
  readonly sequences: readonly number[];
}

/** All rows as a model takes them. */
export interface TagSequences {
  readonly rows: readonly TokenisedRow[];
  readonly sequences: readonly TagSequence[];
  /** What errors call the rows. */
  readonly source: SourceRows;
}

/** What to make sequences of. */
export interface TagSequencesOptions {
  readonly where: string;
  readonly source: SourceRows;
  readonly stride?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Encodes all rows; long ones are several sequences. Shows progress when it takes long. */
export async function tagSequences(
  texts: readonly TextRow[],
  { tokenizer, maxTokens }: TextProcessor,
  { where, source, stride, signal }: TagSequencesOptions,
): Promise<TagSequences> {
  const rows: TokenisedRow[] = [];
  const sequences: TagSequence[] = [];
  const room = maxTokens - tokenizer.specialTokens(false);
  await eachRow(texts.length, { done: "encoded", title: "encoding", where, signal }, (at) => {
    const tokens = unitTokens(texts[at], tokenizer);
    const windows = wordWindows(tokens.ids.length, tokens.units, { room, stride });
    rows.push({
      row: texts[at],
      tokens,
      sequences: windows.map((_, index) => sequences.length + index),
    });
    for (const window of windows) {
      const { ids, types, firstStart } = tokenizer
        .join(tokens.ids.subarray(window.start, window.end));
      sequences.push({
        ids,
        ...(types.some((type) => type !== 0) ? { types } : {}),
        row: at,
        window,
        offset: firstStart,
      });
    }
  });
  return { rows, sequences, source };
}
