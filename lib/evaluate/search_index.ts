/**
 * Search over the vectors of texts: the nearest by cosine, exactly.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import {
  callable,
  list,
  numberList,
  record,
  required,
  type Rules,
  text as textRule,
  whole,
} from "../core/option_rules.ts";
import { shownValue } from "../core/shown_value.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { type MimeBundle, withDisplay } from "../core/display.ts";
import { textColumn } from "../table/columns.ts";
import type { Table } from "../table/table.ts";
import { displayOfHits } from "./search_display.ts";
import type { SearchHit } from "./search_hit.ts";

/** How to search. */
export interface SearchOptions {
  /** At most so many rows; 10 unless given. */
  readonly top?: number;
}

/** Makes vectors of texts, such as `(texts) => result.predict(texts)`. */
export type Embed = (texts: readonly string[]) => Promise<readonly ArrayLike<number>[]>;

/** What is searched. */
export interface SearchSource {
  readonly table: Table;
  /** The vector of each row, all of one length. */
  readonly vectors: readonly ArrayLike<number>[];
}

/** What is searched, where vectors are still to be made. */
export interface TextSearchSource {
  readonly table: Table;
  /** The column of the texts. */
  readonly text: string;
  readonly embed: Embed;
}

/** An index that is searched with vectors. */
export interface SearchIndex {
  /** Rows that are searched. */
  readonly rows: number;
  /** Numbers of a vector. */
  readonly size: number;
  /**
   * The rows with the highest cosine with `query`, the highest first; of equal ones the row that comes
   * first. Throws an error of kind "input" for a vector of another length or without a direction.
   */
  search(query: ArrayLike<number>, options?: SearchOptions): SearchHit[];
}

/** An index that is searched with texts, too. */
export interface TextSearchIndex extends SearchIndex {
  /** Makes a vector of the text and searches with it. */
  ask(text: string, options?: SearchOptions): Promise<SearchHit[]>;
}

const defaultTop = 10;
const searchRules: Rules<SearchOptions> = { top: whole };
const sourceRules: Rules<SearchSource> = { table: required(record), vectors: required(list) };
const textSourceRules: Rules<TextSearchSource> = {
  table: required(record),
  text: required(textRule),
  embed: required(callable),
};

/**
 * Makes an index over the rows of a table. Every row is compared, in about a tenth of a second for 100,000
 * vectors of 384 numbers, which are held as one block of float32: 154 MB.
 *
 * @example
 * ```ts
 * import { searchIndex, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const index = searchIndex({
 *   table: tableFromColumns({ text: ["sea", "shore", "tax"] }),
 *   vectors: [[1, 0], [1, 1], [-1, 0]],
 * });
 * const [first, second] = index.search([2, 0.1], { top: 2 });
 * assert.deepEqual([first.values.text, second.row], ["sea", 1]);
 * ```
 */
export function searchIndex(source: SearchSource): SearchIndex {
  checkOptions("searchIndex", source, sourceRules);
  const { table, vectors } = source;
  checkVectors(vectors, table);
  const size = vectors[0].length;
  const units = new Float32Array(vectors.length * size);
  vectors.forEach((vector, row) => putUnit(vector, units, row * size));
  const names = table.columnNames();
  const columns = names.map((name) => table.array(name) as ArrayLike<unknown>);
  return Object.freeze({
    rows: vectors.length,
    size,
    search(query: ArrayLike<number>, options: SearchOptions = {}) {
      checkOptions("search", options, searchRules);
      const { top = defaultTop } = options;
      const asked = checkedQuery(query, size);
      const scores = cosines(units, asked, vectors.length);
      const hits = highest(scores, top).map((row): SearchHit => ({
        row,
        score: Math.max(-1, Math.min(1, scores[row])), // rounding may pass 1 by a bit
        values: Object.fromEntries(names.map((name, at) => [name, columns[at][row]])),
      }));
      return withDisplay(hits, (shown): MimeBundle => displayOfHits(shown));
    },
  });
}

/**
 * Makes the vectors of a column and an index over them, which can be asked with texts.
 *
 * @example
 * ```ts
 * import { tableFromColumns, textSearchIndex } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * // In earnest: `embed: (texts) => result.predict(texts)`.
 * const letters = (text: string) => [..."aest"].map((letter) => text.split(letter).length - 1);
 * const index = await textSearchIndex({
 *   table: tableFromColumns({ word: ["sea", "shore", "tax"] }),
 *   text: "word",
 *   embed: (texts) => Promise.resolve(texts.map(letters)),
 * });
 * const [hit] = await index.ask("seas");
 * assert.equal(hit.values.word, "sea");
 * ```
 */
export async function textSearchIndex(
  source: TextSearchSource,
): Promise<TextSearchIndex> {
  checkOptions("textSearchIndex", source, textSourceRules);
  const { table, text, embed } = source;
  const index = searchIndex({ table, vectors: await embed(textColumn(table, text)) });
  return Object.freeze({
    ...index,
    async ask(asked: string, options?: SearchOptions) {
      if (typeof asked !== "string") {
        throw new TunebookError("input", `ask takes a text, but got ${shownValue(asked)}`);
      }
      const [vector] = await embed([asked]);
      return index.search(vector, options);
    },
  });
}

function checkVectors(vectors: readonly ArrayLike<number>[], table: Table): void {
  const rows = table.numRows();
  if (vectors.length !== rows) {
    throw new TunebookError("input", `there are ${vectors.length} vectors for ${rows} rows`);
  }
  if (rows === 0) throw new TunebookError("data", "there are no rows to search");
  const size = vectors[0].length;
  const wrong = vectors.flatMap((vector, row) => {
    if (vector.length !== size) {
      return [`row ${row + 1}: ${vector.length} numbers, but row 1 has ${size}`];
    }
    return hasDirection(vector) ? [] : [`row ${row + 1}: all numbers are 0, or one is not finite`];
  });
  if (wrong.length > 0) throw mistakes("input", "these vectors cannot be searched:", wrong);
}

function checkedQuery(query: ArrayLike<number>, size: number): Float32Array {
  if (!numberList[1](query)) {
    throw new TunebookError("input", `search takes a vector, but got ${shownValue(query)}`);
  }
  if (query.length !== size || !hasDirection(query)) {
    throw new TunebookError(
      "input",
      query.length === size
        ? "the vector that is asked has no direction: all numbers are 0, or one is not finite"
        : `the vector that is asked has ${query.length} numbers, but those of the rows have ${size}`,
    );
  }
  const unit = new Float32Array(size);
  putUnit(query, unit, 0);
  return unit;
}

function hasDirection(vector: ArrayLike<number>): boolean {
  const length = lengthOf(vector);
  return length > 0 && Number.isFinite(length);
}

function lengthOf(vector: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < vector.length; i++) sum += vector[i] * vector[i];
  return Math.sqrt(sum);
}

/** Writes a vector of length 1 into `block`. */
function putUnit(vector: ArrayLike<number>, block: Float32Array, start: number): void {
  const length = lengthOf(vector);
  for (let i = 0; i < vector.length; i++) block[start + i] = vector[i] / length;
}

/** The product of each row with the query, four sums at once so that none waits for another. */
function cosines(units: Float32Array, query: Float32Array, rows: number): Float64Array {
  const size = query.length;
  const whole = size - size % 4;
  const scores = new Float64Array(rows);
  for (let row = 0, at = 0; row < rows; row++, at += size) {
    let [a, b, c, d] = [0, 0, 0, 0];
    for (let i = 0; i < whole; i += 4) {
      a += units[at + i] * query[i];
      b += units[at + i + 1] * query[i + 1];
      c += units[at + i + 2] * query[i + 2];
      d += units[at + i + 3] * query[i + 3];
    }
    for (let i = whole; i < size; i++) a += units[at + i] * query[i];
    scores[row] = a + b + (c + d);
  }
  return scores;
}

/** The rows of the `top` highest scores, in order; a heap whose root is the worst of those found. */
function highest(scores: Float64Array, top: number): number[] {
  const isWorse = (a: number, b: number) =>
    scores[a] < scores[b] || (scores[a] === scores[b] && a > b);
  const heap: number[] = [];
  const sink = (at: number) => {
    for (;;) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < heap.length && isWorse(heap[child], heap[worst])) worst = child;
      }
      if (worst === at) return;
      [heap[at], heap[worst]] = [heap[worst], heap[at]];
      at = worst;
    }
  };
  const most = Math.min(top, scores.length);
  for (let row = 0; row < most; row++) heap.push(row);
  for (let at = Math.floor(most / 2); at >= 0; at--) sink(at);
  for (let row = most; row < scores.length; row++) {
    if (!isWorse(heap[0], row)) continue;
    heap[0] = row;
    sink(0);
  }
  return heap.sort((a, b) => isWorse(a, b) ? 1 : -1);
}
