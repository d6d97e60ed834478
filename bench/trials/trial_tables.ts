/**
 * Recorded trials: the score of every setting of a grid, so that a search over them costs nothing.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { int } from "../../mod.ts";
import type { SearchFunction } from "../search_functions.ts";
import type { NetworkSettings } from "./small_network.ts";

/** A table of trials, as its file has it. */
export interface TrialTable {
  readonly task: string;
  readonly metric: string;
  /** How the file was made. */
  readonly command: string;
  /** The values of each setting; numbers of a search count them from 0. */
  readonly levels: Readonly<Record<keyof NetworkSettings, readonly number[]>>;
  /** The score of each setting, the last level turning fastest; higher is better. */
  readonly scores: readonly number[];
}

/** Levels that are tried. */
export const trialLevels: TrialTable["levels"] = {
  learningRate: [0.003, 0.01, 0.03, 0.1, 0.2, 0.4, 0.8, 1.6],
  width: [1, 2, 6],
  dropout: [0, 0.3],
  weightDecay: [0, 0.01],
  batchSize: [8, 64],
};

/** All settings in the order of a table. */
export function settingsOf(levels: TrialTable["levels"]): NetworkSettings[] {
  return Object.entries(levels).reduce(
    (made, [name, values]) =>
      made.flatMap((settings) => values.map((value) => ({ ...settings, [name]: value }))),
    [{}],
  ) as unknown as NetworkSettings[];
}

/** The tasks that have a table. */
export const recordedTasks: readonly string[] = ["sentiment", "entities"];

/** The file of a task's table. */
export function tableFile(task: string): string {
  return fileURLToPath(new URL(`${task}.json`, import.meta.url));
}

/** A table as a function to minimize: the error, over the numbers of levels. */
export async function tableFunction(task: string): Promise<SearchFunction> {
  const { levels, scores }: TrialTable = JSON.parse(await Deno.readTextFile(tableFile(task)));
  const names = Object.entries(levels);
  return {
    space: Object.fromEntries(names.map(([name, { length }]) => [name, int(0, length - 1)])),
    least: 1 - Math.max(...scores),
    at: (values) =>
      1 - scores[names.reduce((place, [name, { length }]) => place * length + values[name], 0)],
  };
}
