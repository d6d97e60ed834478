/**
 * Has a teacher write the answers of the training rows, before they become examples.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { teacherTexts } from "../../combine/distillation/teacher_texts.ts";
import { TunebookError } from "../../core/errors.ts";
import { openDevice } from "../../engine/mod.ts";
import type { Table } from "../../table/table.ts";
import { type Answerer, answererOf } from "../open/answerer.ts";
import type { AskTeachersOptions } from "./ask_teachers.ts";
import { openTeacher } from "./open_teacher.ts";
import { processorOf } from "./open_stage.ts";
import { progressFor } from "./progress_for.ts";
import type { AnyLabelledTask } from "./read_stage.ts";

/**
 * The rows with the answers of the task's teacher; themselves where it has none.
 *
 * @throws {TunebookError} of kind `unsupported` for a teacher that writes no texts, of kind `data` where no answer is left
 */
export async function writeRows(
  { writtenBy }: Pick<AnyLabelledTask, "writtenBy">,
  { table, processor, where, device, quiet = true, signal }: AskTeachersOptions,
): Promise<Table> {
  if (!writtenBy || processor.input !== "text") return table;
  const { teacher, task, drawing, answersIn } = writtenBy;
  const cases = writtenBy.cases(table, processor, where);
  const on = device ?? await openDevice("cpu");
  const { base, trained, identity } = await openTeacher(teacher, { task }, on, signal);
  let answerer: Answerer | undefined;
  try {
    const own = processorOf(base.opened, trained.maxTokens);
    const { writing } = trained.task;
    if (own.input !== "text" || !writing) {
      throw new TunebookError("unsupported", `the teacher ${teacher} writes no texts`);
    }
    const asked = cases.map(({ input, row }) => writing.promptOf(input, own, `row ${row + 1}`));
    const { held, defaults } = base;
    const key = keyOf([identity, JSON.stringify([drawing, defaults])], asked);
    const progress = progressFor({ quiet }, "teacher", cases.length, "answers");
    try {
      const written = await teacherTexts({
        folder: join(answersIn, key),
        prompts: cases.length,
        answers: drawing.answers,
        progress,
        async write(start, end, part) {
          answerer ??= answererOf(trained, base.opened, { device: on, held, defaults });
          const { seed, ...how } = drawing;
          const inputs = cases.slice(start, end).map(({ input }) => input);
          // Each part is drawn by a seed of its own, whatever was there before.
          const options = { ...how, seed: seed + part, ...(signal ? { signal } : {}) };
          const texts = await answerer.textModel().generate(inputs, options);
          signal?.throwIfAborted();
          return texts.map(({ text, finishReason }) => ({
            text,
            finished: finishReason !== "length" && finishReason !== "time",
          }));
        },
      });
      return writtenBy.withAnswers(
        table,
        written.map((each, at) => ({ ...cases[Math.floor(at / drawing.answers)], ...each })),
      );
    } finally {
      progress.end();
    }
  } finally {
    await answerer?.dispose();
    await base.dispose();
  }
}

function keyOf(parts: readonly string[], prompts: readonly Int32Array[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part}\n`);
  for (const tokens of prompts) hash.update(`${tokens.join(" ")}\n`);
  return hash.digest("hex").slice(0, keyLength);
}

const keyLength = 24;
