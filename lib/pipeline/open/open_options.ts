/**
 * How to open a model, and what is wrong with it.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { abortSignal, oneOf, type Rule, type Rules, text, texts } from "../../core/option_rules.ts";
import {
  type OffloadOptions,
  offloadRule,
  type PrecisionName,
  precisionNames,
} from "../../engine/mod.ts";
import type { Task } from "../../nn/task.ts";

/** How to open a model. */
// deno-lint-ignore no-explicit-any
export interface OpenOptions<Input = any, Answer = any> {
  /** `cpu` unless given; `auto` takes the fastest that works. */
  readonly device?: string;
  /** What products are computed in: `float32` unless given; `float16` on a GPU; `auto` measures both. */
  readonly precision?: PrecisionName;
  /**
   * Leaves large frozen weights in their files and reads them segment by segment in each step, for models that
   * do not fit in memory (`docs/devices.md`); on the device `cpu`. All are held unless given.
   */
  readonly offload?: OffloadOptions;
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

const task: Rule = [
  'a task such as textClassification({ text: "text", label: "label" })',
  (value) => typeof (value as Partial<Task> | null)?.withLabels === "function",
];
const labels: Rule = [
  "a list of different texts",
  (value) => texts[1](value) && new Set(value as string[]).size === (value as string[]).length,
];
const base: Rule = ["a folder or a model reference", text[1]];

const rules: Rules<OpenOptions> = {
  device: text,
  precision: oneOf(precisionNames),
  offload: offloadRule,
  task,
  labels,
  base,
  signal: abortSignal,
};

/** Throws an error of kind "input" for options that make no sense. */
export function checkOpenOptions(options: OpenOptions): void {
  checkOptions("open", options, rules);
}
