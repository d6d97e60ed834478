/**
 * What a deployed folder says of the task that it was trained for, so that it opens with the same
 * settings: pooling, aggregation, the length of an answer.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { parseJson } from "../core/parse_json.ts";
import type { Task } from "./task.ts";

/** The name of a task and its settings, as a plan file has them. */
export interface TaskNote {
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
}

/** The note of a task. */
export function noteOf(
  { name, settings, openedAs = { name, settings } }: Pick<Task, "name" | "settings" | "openedAs">,
): TaskNote {
  return { name: openedAs.name, settings: openedAs.settings };
}

/**
 * Reads a note, as JSON or as text of it; undefined where there is none.
 *
 * @param where what errors call it
 * @throws {TunebookError} of kind "weights" for what is no note
 */
export function readTaskNote(value: unknown, where: string): TaskNote | undefined {
  if (value === undefined) return undefined;
  let note: unknown = value;
  if (typeof value === "string") {
    try {
      note = parseJson(value);
    } catch (error) {
      throw new TunebookError("weights", `${where} is no JSON: ${messageOf(error)}`, {
        cause: error,
      });
    }
  }
  const { name, settings } = (note ?? {}) as Partial<TaskNote>;
  if (typeof name === "string" && typeof settings === "object" && settings !== null) {
    return { name, settings };
  }
  throw new TunebookError("weights", `${where} is no task with a name and settings`);
}
