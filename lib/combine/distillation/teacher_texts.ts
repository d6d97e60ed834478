/**
 * What a teacher writes, on disk: asked once, a part at a time, and never again.
 *
 * @module
 */
import { join } from "node:path";
import { writeFileAtomic } from "../../core/atomic.ts";
import { TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { isRecord } from "../../core/objects.ts";
import { type Progress, silentProgress } from "../../core/progress.ts";

/** Prompts of a file: what an interruption may cost. */
const partSize = 64;

/** An answer. */
export interface TeacherText {
  readonly text: string;
  /** Whether the teacher ended it. */
  readonly finished: boolean;
}

/** Which answers, and who writes those that are not there. */
export interface TeacherTextsOptions {
  /** A folder for these answers alone: its name says all that they depend on. */
  readonly folder: string;
  readonly prompts: number;
  /** Answers to each prompt. */
  readonly answers: number;
  /** Writes answers to the prompts from `start` to `end`, those to the first one first. `part` counts the files. */
  write(start: number, end: number, part: number): Promise<readonly TeacherText[]>;
  readonly progress?: Progress;
}

/**
 * The answers to all prompts, those to the first one first. Files of 64 prompts each, `00000.json`, are lists of
 * `{ text, finished }`. What is there is read, what is not is asked and written whole or not at all, so that a run that
 * was stopped goes on where it was.
 *
 * @throws {TunebookError} of kind `data` for a file that holds something else
 */
export async function teacherTexts(
  { folder, prompts, answers, write, progress = silentProgress }: TeacherTextsOptions,
): Promise<TeacherText[]> {
  const found: TeacherText[] = [];
  for (let start = 0; start < prompts; start += partSize) {
    const end = Math.min(prompts, start + partSize);
    const part = start / partSize;
    const file = join(folder, `${String(part).padStart(5, "0")}.json`);
    if (await exists(file)) {
      found.push(...await readPart(file, (end - start) * answers));
    } else {
      const written = (await write(start, end, part))
        .map(({ text, finished }) => ({ text, finished }));
      await writeFileAtomic(file, JSON.stringify(written, undefined, 1));
      found.push(...written);
    }
    progress.update(end);
  }
  return found;
}

async function readPart(file: string, count: number): Promise<TeacherText[]> {
  const read: unknown = await Deno.readTextFile(file).then(JSON.parse).catch(() => undefined);
  const isAnswer = (each: unknown) =>
    isRecord(each) && typeof each.text === "string" && typeof each.finished === "boolean";
  if (Array.isArray(read) && read.length === count && read.every(isAnswer)) {
    return read as TeacherText[];
  }
  throw new TunebookError(
    "data",
    `${file} does not hold the ${count} answers that were asked; remove it, and they are written again`,
  );
}
