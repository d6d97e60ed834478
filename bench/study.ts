/**
 * A study of many points that takes long: each result is written to a file at once, and a study that was
 * stopped goes on.
 *
 * @module
 */
import { dirname } from "node:path";
import { splitTable, type Table } from "tunebook";
import { writeFileAtomic } from "../lib/core/atomic.ts";

/** What came of a point. */
export interface StudyResult {
  /** The point and everything that its result depends on. */
  readonly key: string;
}

/** How a study goes on. */
export interface Study<Point, Result extends StudyResult> {
  readonly points: readonly Point[];
  /** The results by point; a point whose key the file has is done. */
  keyOf(point: Point): string;
  measure(point: Point): Promise<Omit<Result, "key">>;
  /** All results as Markdown. */
  table(results: readonly Result[]): string;
  /** Results are in `<out>.json`, the table in `<out>.md`. */
  readonly out: string;
  /** Of which points the times tell how long a point takes; of all unless given. */
  kindOf?(point: Point): string;
  /** Writes a line on what is done; to standard error unless given. */
  say?(line: string): void;
}

/** Measures the points that the file lacks, and gives all results of the file. */
export async function study<Point, Result extends StudyResult>(
  { points, keyOf, measure, table, out, kindOf = () => "", say = console.error }: Study<
    Point,
    Result
  >,
): Promise<Result[]> {
  await Deno.mkdir(dirname(out), { recursive: true });
  const results = await readResults<Result>(`${out}.json`);
  const missing = points.filter((point) => !results.some(({ key }) => key === keyOf(point)));
  const left = timeLeft(missing.map(kindOf));
  for (const [at, point] of missing.entries()) {
    say(`${at + 1} of ${missing.length}: ${keyOf(point)}${left.words(at)}`);
    const began = performance.now();
    const result = { key: keyOf(point), ...await measure(point) } as Result;
    left.took(at, (performance.now() - began) / 1000);
    results.push(result);
    await writeFileAtomic(`${out}.json`, JSON.stringify(results, null, 2) + "\n");
    await writeFileAtomic(`${out}.md`, table(results));
  }
  return results;
}

/**
 * How long points of some kinds take that are measured one after the other. A kind that has not been
 * measured takes as long as the mean of those that have.
 *
 * @example
 * ```ts
 * import { timeLeft } from "./study.ts";
 * import assert from "node:assert/strict";
 *
 * const left = timeLeft(["a", "a", "b"]);
 * assert.equal(left.words(0), "");
 * left.took(0, 120);
 * assert.equal(left.words(1), ", about 4 minutes left");
 * ```
 */
export function timeLeft(kinds: readonly string[]): {
  took(at: number, seconds: number): void;
  words(at: number): string;
} {
  const times = new Map<string, number[]>();
  const meanOf = (values: readonly number[]) =>
    values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    took(at, seconds) {
      times.set(kinds[at], [...times.get(kinds[at]) ?? [], seconds]);
    },
    words(at) {
      if (times.size === 0) return "";
      const all = meanOf([...times.values()].map(meanOf));
      const seconds = kinds.slice(at)
        .reduce((sum, kind) => sum + (times.has(kind) ? meanOf(times.get(kind)!) : all), 0);
      const minutes = Math.ceil(seconds / 60);
      return `, about ${minutes} minute${minutes === 1 ? "" : "s"} left`;
    },
  };
}

/** As many rows, from all sources: a table may have one source after the other. */
export function firstRows(table: Table, count: number, stratify?: string): Table {
  if (count >= table.numRows()) return table;
  return splitTable(table, { test: count, seed: 1, ...(stratify ? { stratify } : {}) }).test;
}

async function readResults<Result>(path: string): Promise<Result[]> {
  const text = await Deno.readTextFile(path).catch((error) => {
    if (error instanceof Deno.errors.NotFound) return "[]";
    throw error;
  });
  return JSON.parse(text) as Result[];
}
