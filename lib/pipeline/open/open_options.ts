/**
 * How to open a model, and what is wrong with it.
 *
 * @module
 */
import type { Task } from "../../nn/task.ts";
import { unknownOptions } from "../../tasks/shared/options.ts";

/** How to open a model. */
// deno-lint-ignore no-explicit-any
export interface OpenOptions<Input = any, Answer = any> {
  /** `cpu` unless given; `auto` takes the fastest that works. */
  readonly device?: string;
  /**
   * What the model was trained for, with its settings. Unless given it is what the folder says: a folder
   * of tunebook with the settings of its run; PEFT's `task_type`, the class in `config.json` and
   * `modules.json` with the task's defaults.
   */
  // deno-lint-ignore no-explicit-any
  readonly task?: Task<any, Input, Answer>;
  /** The labels in the order of the head's numbers; those of the files unless given. */
  readonly labels?: readonly string[];
  /** The model that an adapter's folder belongs to, as `open` takes it; the one that it names unless given. */
  readonly base?: string;
  /** Stops the work with an error of kind "interrupted". */
  readonly signal?: AbortSignal;
}

const known = ["device", "task", "labels", "base", "signal"] satisfies (keyof OpenOptions)[];

/** What is wrong with the options, one line each. */
export function openMistakes(options: OpenOptions): string[] {
  const wrong = unknownOptions(options, known);
  const { task, labels, base } = options as Readonly<Record<keyof OpenOptions, unknown>>;
  if (task !== undefined && !isTask(task)) {
    wrong.push(
      `task is ${
        typeof task === "function" ? "a function" : JSON.stringify(task)
      }, but must be one such as ` +
        'textClassification({ text: "text", label: "label" })',
    );
  }
  if (labels !== undefined && !isTextList(labels)) {
    wrong.push(`labels is ${JSON.stringify(labels)}, but must be a list of texts`);
  } else if (labels !== undefined && new Set(labels).size < labels.length) {
    wrong.push(`labels is ${JSON.stringify(labels)}, but no two may be the same`);
  }
  if (base !== undefined && (typeof base !== "string" || base === "")) {
    wrong.push(`base is ${JSON.stringify(base)}, but must be a folder or a model reference`);
  }
  return wrong;
}

const isTask = (value: unknown) =>
  typeof (value as Partial<Task> | null)?.withLabels === "function";

const isTextList = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === "string" && each !== "");
