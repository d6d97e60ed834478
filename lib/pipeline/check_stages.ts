/**
 * What each stage of a plan is given: notebooks and `deno run` check no types, so that each stage looks
 * at the shape of it and shows the right call.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { methods } from "../adapters/mod.ts";
import { refuseOptions, requireOptions } from "../core/check_options.ts";
import { mistakes, TunebookError } from "../core/errors.ts";
import { didYouMean } from "../core/nearest.ts";
import { shownValue } from "../core/shown_value.ts";
import { targets as knownTargets } from "../deploy/mod.ts";
import type { DeployTarget } from "../deploy/target.ts";
import type { Method } from "../nn/method.ts";
import { columnMistakes, splitMistakes } from "./plan_mistakes.ts";
import { type AnyTask, type DataOptions, type SplitSettings, taskOfColumns } from "./plan_spec.ts";

/** True for what `lora()` and others give. */
export function isMethod(value: unknown): value is Method {
  return isRecord(value) && typeof value.attach === "function" && typeof value.method === "string";
}

/** Throws an error of kind "input" for what is no method, such as `"lora"` or `lora` itself. */
export function checkMethod(stage: string, given: unknown): void {
  if (isMethod(given)) return;
  throw new TunebookError("input", `${stage} takes a method, ${methodCall(given)}`);
}

/** `such as lora({ rank: 8 }), but got …`, with the call that was meant where it can be told. */
export function methodCall(given: unknown): string {
  const meant = typeof given === "function"
    ? given.name
    : typeof given === "string"
    ? functionOf(given)
    : undefined;
  return meant === undefined
    ? `such as lora({ rank: 8 }), but got ${shownValue(given)}`
    : `${meant}(), but got ${shownValue(given)}`;
}

/** The function that makes the method of a name, or of a name much like it: `prompt_tuning` → `promptTuning`. */
function functionOf(name: string): string | undefined {
  const wanted = name.replaceAll(/[_-]/g, "").toLowerCase();
  const names = Object.keys(methods).filter((each) => each !== "peft");
  const found = names.find((each) => each.replaceAll("_", "") === wanted) ??
    /"(\w+)"/.exec(didYouMean(name, names))?.[1];
  if (found === undefined) return undefined;
  return found.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** Throws an error of kind "input" for what is no deploy target, such as a folder. */
export function checkTargets(given: readonly unknown[]): void {
  const wrong = given.filter((each) => !isTarget(each)).map((each) => {
    if (Array.isArray(each)) return "a list: give the targets one by one, .deploy(a, b)";
    if (typeof each === "function" && Object.hasOwn(knownTargets, each.name)) {
      return each.name === "gguf"
        ? 'the function gguf: give it a file, gguf("out/reviews.gguf")'
        : each.name === "hub"
        ? 'the function hub: give it a repository, hub("org/name")'
        : `the function ${each.name}: give it a folder, ${each.name}("out/reviews/${each.name}")`;
    }
    return typeof each === "string" && each !== ""
      ? `the text ${shownValue(each)}: onnx(${JSON.stringify(each)}) writes such a folder`
      : shownValue(each);
  });
  if (wrong.length === 0) return;
  const known = Object.keys(knownTargets).map((name) =>
    `${name}(${name === "gguf" ? "file" : name === "hub" ? "repository" : "folder"})`
  );
  throw mistakes("input", `deploy takes targets, ${known.join(", ")}, but got`, wrong);
}

function isTarget(value: unknown): value is DeployTarget {
  return isRecord(value) && typeof value.write === "function" && typeof value.folder === "string";
}

/**
 * The task and the split of what stands after the rows in `.data()`: a task with its split, or columns by
 * name. Throws an error of kind "input" for anything else, and for options that nobody knows.
 */
export function taskAndSplit(
  what: AnyTask | DataOptions,
  own: SplitSettings,
): { readonly task: AnyTask; readonly split: SplitSettings } {
  if (typeof (what as Partial<AnyTask>)?.read === "function") {
    requireOptions("data", own);
    refuseOptions("data", splitMistakes(own));
    return { task: what as AnyTask, split: own };
  }
  requireColumnNames(what);
  refuseOptions("data", columnMistakes(what as DataOptions));
  return taskOfColumns(what as DataOptions);
}

/** What stands after the rows is an object that names columns, or a task. */
function requireColumnNames(columns: unknown): void {
  if (isRecord(columns)) return;
  throw new TunebookError(
    "input",
    'data takes the columns by name, .data(rows, { text: "review", label: "stars" }), or a task, ' +
      `.data(rows, questionAnswering()), but got ${shownValue(columns)}`,
  );
}
