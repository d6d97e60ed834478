/**
 * The model's outputs of sequences → what it says about words and about tokens of texts.
 *
 * @module
 */
import type { Outputs } from "../../nn/task.ts";
import { checkOutput } from "../shared/check_output.ts";
import type { Subwords } from "./options.ts";
import type { TagSequence, TagSequences, TokenisedRow } from "./tag_sequences.ts";
import { unitPlaces } from "./tag_targets.ts";
import type { WordUnit } from "./word_units.ts";

/** What the model says about one row. */
export interface RowLogits {
  /** The logits of each unit of words, from the window that it is answered in, [labels] each. */
  readonly units: readonly { readonly unit: WordUnit; readonly logits: Float32Array }[];
  /** The logits of each of the text's tokens, from the same windows, [labels] each. */
  readonly tokens: readonly Float32Array[];
}

/**
 * What outputs, [tokens · labels] of each sequence, say about a row.
 *
 * Throws a `TunebookError` of kind "diverged" for logits that are not finite.
 */
export function rowLogits(
  { tokens: { ids, units }, sequences: own }: TokenisedRow,
  { sequences, source }: Pick<TagSequences, "sequences" | "source">,
  outputs: Outputs,
  { labels, subwords }: { readonly labels: number; readonly subwords: Subwords },
): RowLogits {
  const found: { unit: WordUnit; logits: Float32Array }[] = [];
  // Of tokens that are of no word, such as white space, the first window that has them answers.
  const tokens = new Array<Float32Array | undefined>(ids.length);
  for (const at of own) {
    const sequence = sequences[at];
    const output = outputs[at];
    checkOutput(output, source.placeOf(sequence.row));
    const logitsAt = (place: number) => output.subarray(place * labels, (place + 1) * labels);
    const { window, offset } = sequence;
    for (let token = window.start; token < window.end; token++) {
      tokens[token] ??= logitsAt(offset + token - window.start);
    }
    for (const index of window.units) {
      const places = unitPlaces(units[index], sequence);
      places.forEach((place) => tokens[tokenAt(place, sequence)] = logitsAt(place));
      const logits = subwords === "average" ? mean(places.map(logitsAt)) : logitsAt(places[0]);
      found.push({ unit: units[index], logits });
    }
  }
  return { units: found, tokens: tokens.map((each) => each ?? new Float32Array(labels)) };
}

function tokenAt(place: number, { window, offset }: TagSequence): number {
  return place - offset + window.start;
}

function mean(rows: readonly Float32Array[]): Float32Array {
  return rows[0].map((_, k) => rows.reduce((sum, row) => sum + row[k], 0) / rows.length);
}
