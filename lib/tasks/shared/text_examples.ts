/**
 * Encoded texts as every task on texts feeds them.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { batchFeeds } from "../../data/feeds.ts";
import type { Processor, TextProcessor } from "../../nn/processor.ts";
import type { Feeds } from "../../nn/feeds.ts";
import type { Examples, Outputs } from "../../nn/task.ts";
import type { Sequence } from "../../text/sequence.ts";

/** What a task on texts makes sequences of. */
export interface EncodedTexts {
  /** Rows of the table. */
  readonly rows: number;
  readonly sequences: readonly Sequence[];
  /** How many rows lost tokens to the limit. */
  readonly truncated: number;
}

/** The part of `Examples` that is the same for all tasks on texts. */
export interface TextExamples
  extends Pick<Examples, "rows" | "lengths" | "truncated" | "inputKeys" | "packedFeedsOf"> {
  feedsOf(sequences: ArrayLike<number>): Feeds;
}

/**
 * The feeds of encoded texts, padded and packed: what a task on texts need not say itself.
 *
 * @example
 * ```ts
 * import { textExamples, type TextProcessor } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const sequences = [[101, 7592, 102], [101, 102]]
 *   .map((ids, row) => ({ ids: Int32Array.from(ids), row }));
 * const processor = { padId: 0, usesTypes: false } as TextProcessor;
 * const { lengths, feedsOf } = textExamples({ rows: 2, sequences, truncated: 0 }, processor);
 * assert.deepEqual([...lengths], [3, 2]);
 * assert.deepEqual([...feedsOf([0, 1]).attention_mask.data], [1, 1, 1, 1, 1, 0]);
 * ```
 */
export function textExamples(
  { rows, sequences, truncated }: EncodedTexts,
  { padId, usesTypes }: TextProcessor,
): TextExamples {
  return {
    rows,
    lengths: Int32Array.from(sequences, ({ ids }) => ids.length),
    truncated,
    inputKeys: () => inputKeysOf(rows, sequences),
    feedsOf: (chosen) => batchFeeds(sequences, chosen, { padId, usesTypes }),
    packedFeedsOf: (chosen, layout) => batchFeeds(sequences, chosen, { padId, usesTypes, layout }),
  };
}

/** The tokens and segments of each row's sequences, one text a row; undefined for rows that have none. */
function inputKeysOf(rows: number, sequences: readonly Sequence[]): (string | undefined)[] {
  const keys = Array<string | undefined>(rows).fill(undefined);
  for (const sequence of sequences) {
    keys[sequence.row] = (keys[sequence.row] ?? "") + sequenceKey(sequence);
  }
  return keys;
}

/** A sequence as a text that is equal for equal ones, also where several are joined. */
export function sequenceKey({ ids, types }: Sequence): string {
  const half = 0x10000;
  let key = `${ids.length}:`;
  // Two code units a token: ids may go beyond the 16 bits of one.
  for (const id of ids) key += String.fromCharCode(id % half, id / half);
  for (const type of types ?? []) key += String.fromCharCode(type);
  return `${key}${types ? "t" : ""}`;
}

/**
 * The processor of a text model; a model of other inputs is an error of kind "unsupported" that names
 * the task.
 *
 * @example
 * ```ts
 * import { textProcessor } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.throws(
 *   () => textProcessor("word-count", { input: "image", tokens: 1 }),
 *   /word-count needs a model that takes text/,
 * );
 * ```
 */
export function textProcessor(task: string, processor: Processor): TextProcessor {
  if (processor.input === "text") return processor;
  throw new TunebookError(
    "unsupported",
    `${task} needs a model that takes text, but this one takes an ${processor.input}`,
  );
}

/**
 * All that a loss over texts depends on, the tokens and the targets, as bytes: the `fingerprint` of a
 * task's examples.
 *
 * @example
 * ```ts
 * import { textFingerprint } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const sequences = [{ ids: Int32Array.of(101, 102), row: 0 }];
 * assert.notDeepEqual(textFingerprint(sequences, [0]), textFingerprint(sequences, [1]));
 * ```
 */
export function textFingerprint(
  sequences: readonly Sequence[],
  targets: ArrayLike<number> = [],
): Uint8Array {
  let length = targets.length;
  for (const { ids } of sequences) length += ids.length + 1;
  const numbers = new Float32Array(length);
  let at = 0;
  for (const { ids } of sequences) {
    numbers.set(ids, at);
    at += ids.length;
    numbers[at++] = -1;
  }
  numbers.set(targets, at);
  return new Uint8Array(numbers.buffer);
}

/**
 * The outputs of all sequences one after the other, as `predictionsOf` takes them.
 *
 * @example
 * ```ts
 * import { joinOutputs } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(joinOutputs([Float32Array.of(1, 2), Float32Array.of(3)]), Float32Array.of(1, 2, 3));
 * ```
 */
export function joinOutputs(outputs: Outputs): Float32Array {
  const all = new Float32Array(outputs.reduce((sum, each) => sum + each.length, 0));
  let at = 0;
  for (const each of outputs) {
    all.set(each, at);
    at += each.length;
  }
  return all;
}

/** Refuses what only labelled rows can give. */
export function needsLabels(what: string): never {
  throw new TunebookError("input", `rows without labels have no ${what}`);
}
