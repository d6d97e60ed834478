/**
 * The task of a trained model: as a person says it, as tunebook noted it in the folder, or as the
 * files of others tell it.
 *
 * @module
 */
import { messageOf, TunebookError } from "../../core/errors.ts";
import { shownName } from "../../core/quoted.ts";
import type { TaskNote } from "../../nn/task_note.ts";
import { taskOf, taskOfTraces, tasks, type TaskTraces } from "../../tasks/mod.ts";
import type { HeadNotes } from "../../tasks/shared/head_notes.ts";
import type { AnyTask } from "../plan_spec.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";

/** Where a task may be said, the first one counts. */
export interface TaskSources extends TaskTraces {
  /** What a person said. */
  readonly given?: AnyTask | undefined;
  /** What tunebook wrote into the folder. */
  readonly note?: TaskNote | undefined;
  /**
   * True where `head` is that of the folder with the note. Others hand the note on when they train the
   * model for something else: a note of another head than the class names is out of date.
   */
  readonly isOwnHead?: boolean;
}

/**
 * The task; undefined where nothing tells it.
 *
 * @param where what errors call the model
 * @throws TunebookError of kind "input" for a task of somebody's own that was not given, and of kind
 * "weights" for settings that the noted task does not take
 */
export function toldTask(
  { given, note, isOwnHead = false, ...traces }: TaskSources,
  notes: HeadNotes,
  where: string,
): AnyTask | undefined {
  if (given) return given;
  if (!note) return taskOfTraces(traces, notes);
  if (Object.hasOwn(tasks, note.name)) {
    const noted = notedTask(note, where);
    const { head } = traces;
    const isOutdated = isOwnHead && head !== undefined && noted.withLabels([]).head.name !== head;
    return isOutdated ? taskOfTraces(traces, notes) : noted;
  }
  throw new TunebookError(
    "input",
    `${where} was made for the task "${note.name}", which is none of tunebook's own; give it: ` +
      "{ task: … }",
  );
}

/** The task of a note; settings that it does not take are an error that names the folder. */
function notedTask({ name, settings }: TaskNote, where: string): AnyTask {
  try {
    return taskOf(name, settings);
  } catch (error) {
    throw new TunebookError(
      "weights",
      `${where} says of its task what cannot be used; give the task, { task: … }: ${
        messageOf(error)
      }`,
      { cause: error },
    );
  }
}

/**
 * The task with its labels.
 *
 * @throws TunebookError of kind "input" where the head gives another number of outputs
 */
export function labelledAs(
  task: AnyTask,
  labels: readonly string[],
  { outputs, where }: { readonly outputs?: number | undefined; readonly where: string },
): AnyLabelledTask {
  const labelled = task.withLabels(labels);
  const wanted = labelled.head.outputs;
  if (outputs === undefined || wanted === outputs || wanted === 0) return labelled;
  throw new TunebookError(
    "input",
    `the head of ${where} gives ${outputs} numbers, but ${task.name} with the labels ` +
      `${labels.map(shownName).join(", ")} needs ${wanted}`,
  );
}

/** Says that nothing tells the task. */
export function untold(where: string, what: string): TunebookError {
  return new TunebookError(
    "input",
    `${where} does not say what it was trained for (${what}). Give its task, one of ` +
      `${Object.keys(tasks).join(", ")}: for vectors ` +
      '{ task: sentenceEmbeddings({ anchor: "text", positive: "other" }) }',
  );
}
