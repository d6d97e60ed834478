/**
 * A task around another one, which a teacher takes part in.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { LabelledTask, Task } from "../../nn/task.ts";

/** What the task with a teacher is called. */
export interface TaughtTask {
  readonly name: string;
  /** Its options as plain JSON, the teacher's place among them. */
  readonly options: object;
  /** What answers are scored as, where the model samples them itself. */
  readonly sampledKind?: string;
}

/** An error of kind "input" for a first argument that is no task. */
export function requireTask(caller: string, example: string, task: unknown): void {
  if (typeof (task as Partial<Task> | undefined)?.withLabels === "function") return;
  throw new TunebookError(
    "input",
    `${caller} takes a task first, ${caller}(${example}({ … }), { teacher }), but got ${
      shownValue(task)
    }`,
  );
}

/**
 * The task under another name: its settings name the task and the options, and trained folders are those of the task.
 *
 * @param changes what is different of the task with its labels
 */
export function taughtTask<Predicted extends AnyPredictions, Input, Answer>(
  task: Task<Predicted, Input, Answer>,
  { name, options, ...others }: TaughtTask,
  changes: (
    own: LabelledTask<Predicted, Input, Answer>,
  ) => Partial<LabelledTask<Predicted, Input, Answer>>,
): Task<Predicted, Input, Answer> {
  const own = { name: task.name, settings: task.settings };
  const taught: Task<Predicted, Input, Answer> = {
    ...task,
    ...others,
    name,
    settings: { task: own, ...options },
    openedAs: task.openedAs ?? own,
    read: (splits) => labelled(task.read(splits)),
    withLabels: (labels) => labelled(task.withLabels(labels)),
  };

  function labelled(
    own: LabelledTask<Predicted, Input, Answer>,
  ): LabelledTask<Predicted, Input, Answer> {
    const { relabel } = own;
    return {
      ...own,
      task: taught,
      ...(relabel ? { relabel: (labels) => labelled(relabel(labels)) } : {}),
      ...changes(own),
    };
  }

  return Object.freeze(taught);
}
