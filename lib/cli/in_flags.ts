/**
 * What is wrong with settings, in the words of the command line: `stride is -1` is told as
 * `--stride is -1`.
 *
 * @module
 */
import type { Mistake } from "../core/errors.ts";
import { tasks } from "../tasks/mod.ts";
import { teacherFlags } from "./teacher_flags.ts";
import { kebab, trainFlags } from "./train_flags.ts";

/** Settings of methods that have flags of their own. */
const methodFlags: Readonly<Record<string, string>> = {
  rank: "rank",
  alpha: "alpha",
  folder: "adapter",
};

/** Options of writing that have flags. */
const generateFlags: Readonly<Record<string, string>> = {
  beams: "beams",
  maxNewTokens: "maxNewTokens",
};

/** Settings of the data of any task. */
const dataFlags: Readonly<Record<string, string>> = {
  test: "test",
  validation: "validation",
  "read.format": "format",
  "read.quote": "quote",
  "read.separator": "columnSeparator",
  "read.header": "header",
};

/** Options of tasks with a teacher. */
const ofTeacher: Readonly<Record<string, string>> = {
  teacher: "teacher",
  ...Object.fromEntries(
    Object.entries(teacherFlags).map(([flag, { option }]) => [option.split(".")[0], flag]),
  ),
};

/** Parts of a plan that have a flag of the same name. */
const flagParts: readonly string[] = ["model", "data", "method", "metrics", "probe", "deploy"];

/** Each mistake with the flags' names in the place of the settings'. */
export function mistakesInFlags(mistakes: readonly Mistake[], task: string): string[] {
  return mistakes.map((mistake) => {
    const { part, option, told } = mistake;
    const flags = flagsOf(part, task);
    const words = told((name) => Object.hasOwn(flags, name) ? `--${kebab(flags[name])}` : name);
    const isNamed = option !== undefined && Object.hasOwn(flags, option);
    return part !== undefined && flagParts.includes(part) && !isNamed
      ? `--${part}: ${words}`
      : words;
  });
}

/** Setting → flag, for the settings of a part of a plan. */
function flagsOf(part: string | undefined, task: string): Readonly<Record<string, string>> {
  if (part === "train") {
    return Object.fromEntries(Object.keys(trainFlags).map((name) => [name, name]));
  }
  if (part === "method") return methodFlags;
  if (part === "generate") return generateFlags;
  if (part !== undefined && ["evaluateCompute", "evaluateBefore", "features"].includes(part)) {
    return { [part]: part };
  }
  const ofTask = tasks[task].flags.map(({ name, flag = name }) => [name, flag]);
  return { ...ofTeacher, ...Object.fromEntries(ofTask), ...dataFlags };
}
