/**
 * Makes sure that an adapter's head is one of the run's task.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { AttachedMethod } from "../../nn/method.ts";
import type { Model } from "../../nn/model.ts";
import type { AnyLabelledTask } from "./read_stage.ts";

/**
 * Refuses the head of an adapter that was trained for another task: of the same name and size, it means
 * something else. An adapter without a head may start any task.
 */
export function checkTask(
  { head }: Pick<Model, "head">,
  { taskType, initialWeights }: Pick<AttachedMethod, "taskType" | "initialWeights">,
  { task, signature: { peftTaskType } }: AnyLabelledTask,
): void {
  if (taskType === undefined || taskType === peftTaskType) return;
  const hasHead = head.some((path) => initialWeights?.has(`${path}.weight`));
  if (!hasHead) return;
  throw new TunebookError(
    "input",
    `the adapter's head was trained for another task: its folder says ${taskType}, and ` +
      `${task.name} is ${peftTaskType}; use it with data of its own task`,
  );
}
