/**
 * What a teacher says of rows, on disk: asked once, a part at a time, and never again.
 *
 * @module
 */
import { join } from "node:path";
import { TunebookError } from "../../core/errors.ts";
import { exists } from "../../core/exists.ts";
import { type Progress, silentProgress } from "../../core/progress.ts";
import type { Outputs } from "../../nn/task.ts";
import { openSafetensors } from "../../weights/safetensors.ts";
import { writeSafetensors } from "../../weights/write_safetensors.ts";

/** Sequences of a file: what an interruption may cost. */
const partSize = 256;

/** Which answers, and who gives those that are not there. */
export interface TeacherAnswersOptions {
  /** A folder for these answers alone: its name says all that they depend on. */
  readonly folder: string;
  /** How many sequences there are. */
  readonly sequences: number;
  /** Asks about some sequences, in their order. */
  ask(chosen: Int32Array<ArrayBuffer>, progress: Progress): Promise<Outputs>;
  readonly progress?: Progress;
}

/**
 * The answers to all sequences. Files of 256 sequences each, `00000.safetensors`, hold `sizes` [sequences], how many
 * numbers each has, and `outputs`, the numbers one after the other. What is there is read, what is not is asked and
 * written whole or not at all, so that a run that was stopped goes on where it was.
 *
 * @throws {TunebookError} of kind `data` for a file with other sequences than its name says
 */
export async function teacherAnswers(
  { folder, sequences, ask, progress = silentProgress }: TeacherAnswersOptions,
): Promise<Outputs> {
  const found: Float32Array[] = [];
  for (let start = 0; start < sequences; start += partSize) {
    const count = Math.min(partSize, sequences - start);
    const file = join(folder, `${String(start / partSize).padStart(5, "0")}.safetensors`);
    if (await exists(file)) {
      found.push(...await readPart(file, count));
    } else {
      const chosen = Int32Array.from({ length: count }, (_, at) => start + at);
      const update = (done: number) => progress.update(start + done);
      const answers = await ask(chosen, { update, end: () => {} });
      await writePart(file, answers);
      found.push(...answers);
    }
    progress.update(start + count);
  }
  return found;
}

async function writePart(file: string, answers: Outputs): Promise<void> {
  const sizes = Int32Array.from(answers, ({ length }) => length);
  const outputs = new Float32Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const answer of answers) {
    outputs.set(answer, at);
    at += answer.length;
  }
  await writeSafetensors(file, [
    {
      name: "sizes",
      dtype: "I32",
      shape: [sizes.length],
      data: new Uint8Array(sizes.buffer),
    },
    { name: "outputs", dtype: "F32", shape: [outputs.length], data: outputs },
  ]);
}

async function readPart(file: string, count: number): Promise<Float32Array[]> {
  using part = await openSafetensors(file);
  const { bytes } = await part.read("sizes");
  const sizes = new Int32Array(bytes.slice().buffer);
  const outputs = await part.readFloat32("outputs");
  const total = sizes.reduce((sum, size) => sum + size, 0);
  if (sizes.length !== count || total !== outputs.length) {
    throw new TunebookError(
      "data",
      `${file} has answers to ${sizes.length} sequences, and ${count} were asked; remove it, and they are asked again`,
    );
  }
  let at = 0;
  return Array.from(sizes, (size) => outputs.slice(at, at += size));
}
