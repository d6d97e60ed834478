import assert from "node:assert/strict";
import { join } from "node:path";
import { teacherTexts } from "../../../lib/combine/distillation/teacher_texts.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";

const prompts = 130;

/** Two answers to each prompt; the ranges that were asked are noted. */
function answersIn(folder: string, { asked, failsAt = Infinity }: {
  readonly asked: [number, number, number][];
  readonly failsAt?: number;
}) {
  return teacherTexts({
    folder,
    prompts,
    answers: 2,
    write(start, end, part) {
      asked.push([start, end, part]);
      if (part >= failsAt) return Promise.reject(new Error("stopped"));
      return Promise.resolve(
        Array.from({ length: 2 * (end - start) }, (_, at) => ({
          text: `${start + Math.floor(at / 2)} ${at % 2}`,
          finished: at % 2 === 0,
        })),
      );
    },
  });
}

Deno.test("what was written is read, and an interrupted run goes on where it was", () =>
  inFolder(async (folder) => {
    const asked: [number, number, number][] = [];
    await assert.rejects(answersIn(folder, { asked, failsAt: 1 }), /stopped/);
    const found = await answersIn(folder, { asked });
    assert.deepEqual(asked, [[0, 64, 0], [64, 128, 1], [64, 128, 1], [128, 130, 2]]);
    assert.equal(found.length, 2 * prompts);
    found.forEach(({ text, finished }, at) => {
      assert.equal(text, `${Math.floor(at / 2)} ${at % 2}`);
      assert.equal(finished, at % 2 === 0);
    });
    assert.deepEqual(await answersIn(folder, { asked }), found);
    assert.equal(asked.length, 4);

    for (const damaged of ["[]", "no JSON", '[{"text": 1}]']) {
      await Deno.writeTextFile(join(folder, "00001.json"), damaged);
      await assert.rejects(answersIn(folder, { asked }), isMistake("data", "00001.json", "128"));
    }
  }));
