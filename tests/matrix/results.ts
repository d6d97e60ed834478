/**
 * Outcomes that are kept in a file, one line a training.
 *
 * @module
 */
import { dirname } from "node:path";
import { type Cell, cellName } from "./cell.ts";
import type { Outcome } from "./outcome.ts";

/** Outcomes by training. */
export type Results = Map<string, readonly Outcome[]>;

/** The outcomes of a file, the later ones of a training; none where there is no file. */
export async function readResults(path: string): Promise<Results> {
  try {
    const lines = (await Deno.readTextFile(path)).split("\n").filter((line) => line !== "");
    return new Map(lines.map((line) => {
      const outcomes: Outcome[] = JSON.parse(line);
      return [cellName(outcomes[0]), outcomes];
    }));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return new Map();
    throw error;
  }
}

/** Adds a training. */
export async function keepResult(path: string, outcomes: readonly Outcome[]): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify(outcomes) + "\n", { append: true });
}

/** The trainings that a file does not have, and those that failed in it. */
export function missing(cells: readonly Cell[], results: Results): Cell[] {
  return cells.filter((cell) => {
    const found = results.get(cellName(cell));
    return !found || found.some(({ ending }) => ending === "raw");
  });
}
