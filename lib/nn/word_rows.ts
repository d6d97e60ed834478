/**
 * The rows of the word table that a set of texts can reach. Of a table of some ten thousand words a
 * data set uses a few thousand, and no other row ever has a gradient: a training step holds only
 * the rows that occur, with ids that are looked up among them.
 *
 * @module
 */
import { type InputSpec, type Tensor, tf } from "../engine/mod.ts";

/** The rows of a table that are held, in the order of their ids. */
export interface WordRows {
  /** The table's weight, `embeddings.word_embeddings.weight`. */
  readonly path: string;
  /** The ids of the rows that are held, ascending. */
  readonly ids: Int32Array;
  /** Id → its place in `ids`; one beyond the end for an id that is not held. */
  readonly places: Int32Array;
}

/** What the places are called in a program. */
export const wordRowIndex = "word places";

/** What the rows of a frozen table are called in a program. */
export function frozenRowsName({ path }: Pick<WordRows, "path">): string {
  return `${path} of words`;
}

/** Chooses the rows of a table that are marked with 1 in `occurs`, which has a number for each row. */
export function wordRows(path: string, occurs: Uint8Array): WordRows {
  const ids = Int32Array.from(occurs.keys().filter((id) => occurs[id] === 1));
  const places = new Int32Array(occurs.length).fill(ids.length);
  ids.forEach((id, place) => places[id] = place);
  return { path, ids, places };
}

/** The input with which a program looks up places. */
export function wordRowInput({ places }: WordRows): Record<string, InputSpec> {
  return { [wordRowIndex]: { role: "frozen", type: "int32", shape: [places.length] } };
}

/** The inputs by which a program reads the rows of a frozen table [words, hiddenSize] in its place. */
export function frozenRowInputs(
  words: WordRows,
  table: readonly (number | string)[],
): Record<string, InputSpec> {
  const shape = [words.ids.length, ...table.slice(1)];
  return {
    [frozenRowsName(words)]: { role: "frozen", type: "float32", shape },
    ...wordRowInput(words),
  };
}

/** The places of ids of any shape. */
export function embeddingRowsOf(places: Tensor, ids: Tensor): Tensor {
  return tf.reshape(tf.gather(places, tf.reshape(ids, [-1])), ids.shape);
}

/** The rows that are held, [ids, hiddenSize], out of the whole table. */
export function takeRows({ ids, places }: WordRows, table: Float32Array): Float32Array {
  const hiddenSize = table.length / places.length;
  const rows = new Float32Array(ids.length * hiddenSize);
  ids.forEach((id, place) =>
    rows.set(table.subarray(id * hiddenSize, (id + 1) * hiddenSize), place * hiddenSize)
  );
  return rows;
}

/** Puts rows back into the whole table, in place. */
export function putRows({ ids }: WordRows, table: Float32Array, rows: Float32Array): void {
  const hiddenSize = rows.length / ids.length;
  ids.forEach((id, place) =>
    table.set(rows.subarray(place * hiddenSize, (place + 1) * hiddenSize), id * hiddenSize)
  );
}
