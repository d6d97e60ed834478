/**
 * Who taught a trained model.
 *
 * @module
 */
import type { Task } from "../../nn/task.ts";
import { type DistillationOptions, teachersOf } from "./options.ts";

const taughtBy: readonly string[] = ["distillation", "gkd", "sequence-distillation"];

/** The teachers that a task names; none of a task that is no distillation. */
export function teachersOfTask(
  { name, settings }: Pick<Task, "name" | "settings">,
): readonly string[] {
  const { teacher } = settings as Partial<DistillationOptions>;
  return taughtBy.includes(name) && teacher !== undefined ? teachersOf(teacher) : [];
}
