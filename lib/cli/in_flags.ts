/**
 * What is wrong with settings, in the words of the command line: `stride is -1` is told as
 * `--stride is -1`.
 *
 * @module
 */
import { tasks } from "../tasks/mod.ts";
import { kebab, trainFlags } from "./train_flags.ts";

/** Settings → the names of their flags. */
type FlagNames = ReadonlyMap<string, string>;

/** What the error of a plan begins with where it is about the task, or about the training. */
const taskTitle = /^(?:task: )?these options of [\w-]+ make no sense:$/;
const trainTitle = /^train: these training settings make no sense:$/;
const prefix = /^(?:task|columns|train): /;
/** Parts of a plan that have a flag of the same name. */
const flagPart = /^(?=(?:model|data|method|metrics|deploy): )/;

/** The lines of a plan's error with the flags' names. Titles of parts are left out. */
export function mistakesInFlags(lines: readonly string[], task: string): string[] {
  const ofTask: FlagNames = new Map(
    tasks[task].flags.map(({ name, flag = name }) => [name, `--${kebab(flag)}`]),
  );
  const ofTrain: FlagNames = new Map(
    Object.keys(trainFlags).map((name) => [name, `--${kebab(name)}`]),
  );
  let names = ofTrain;
  return lines.flatMap((line) => {
    if (taskTitle.test(line)) names = ofTask;
    else if (trainTitle.test(line)) names = ofTrain;
    else if (prefix.test(line)) {
      const own = line.startsWith("train: ") ? ofTrain : ofTask;
      return [inFlags(line.replace(prefix, ""), own)];
    } else if (flagPart.test(line)) return [line.replace(flagPart, "--")];
    else return [inFlags(line, names)];
    return [];
  });
}

/**
 * A line with the flags' names instead of the settings': at its begin, where it says what they are or
 * must be, and in braces. Elsewhere the same words are those of a sentence.
 */
export function inFlags(line: string, names: FlagNames): string {
  const name = `(?:${[...names.keys()].join("|")})`;
  const flagged = (text: string) =>
    text.replaceAll(new RegExp(`\\b${name}\\b`, "g"), (each) => names.get(each)!);
  const subject = new RegExp(
    `^${name}(?:(?:, | and )${name})*(?= (?:is|are|has|have|must|needs?|do|does|belongs?|names?)\\b)`,
  );
  const absent = new RegExp(`^there is no (${name}) (?=")`);
  return line
    .replace(absent, (_, each: string) => `${names.get(each)}: there is no `)
    .replace(subject, flagged)
    .replaceAll(/\{ ([\w, ]+) \}/g, (_, list: string) => flagged(list));
}
