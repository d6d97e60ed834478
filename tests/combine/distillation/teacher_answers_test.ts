import assert from "node:assert/strict";
import { join } from "node:path";
import { teacherAnswers } from "../../../lib/combine/distillation/teacher_answers.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";

const sequences = 600; // three files
const answerTo = (sequence: number) =>
  Float32Array.from({ length: 1 + sequence % 3 }, (_, at) => sequence + at / 4);

Deno.test("answers are asked once, and a stopped run goes on where it was", () =>
  inFolder(async (parent) => {
    const folder = join(parent, "key");
    const asked: number[] = [];
    const run = (stopAt = Infinity) =>
      teacherAnswers({
        folder,
        sequences,
        ask(chosen) {
          if (chosen[0] >= stopAt) return Promise.reject(new Error("stopped"));
          asked.push(...chosen);
          return Promise.resolve(Array.from(chosen, answerTo));
        },
      });
    await assert.rejects(run(256), /stopped/);
    assert.equal(asked.length, 256);
    const expected = Array.from({ length: sequences }, (_, at) => answerTo(at));
    assert.deepEqual(await run(), expected);
    assert.deepEqual(asked, expected.map((_, at) => at));
    assert.deepEqual(await run(0), expected);
    assert.equal(asked.length, sequences);
  }));

Deno.test("a file with other sequences than were asked is refused by name", () =>
  inFolder(async (folder) => {
    const ask = (chosen: Int32Array) => Promise.resolve(Array.from(chosen, answerTo));
    await teacherAnswers({ folder, sequences: 3, ask });
    await assert.rejects(
      teacherAnswers({ folder, sequences: 4, ask }),
      isMistake("data", "00000.safetensors has answers to 3 sequences, and 4 were asked"),
    );
  }));
