import assert from "node:assert/strict";
import { join } from "node:path";
import { tableFromRows, textClassification, tokenClassification } from "tunebook";
import { openDevice } from "../../../lib/engine/mod.ts";
import type { Task } from "../../../lib/nn/task.ts";
import { openFrozen } from "../../../lib/pipeline/advise/frozen_vectors.ts";
import { comparable, probeItems } from "../../../lib/pipeline/advise/probe_items.ts";
import { openStage } from "../../../lib/pipeline/run/open_stage.ts";
import type { AnyLabelledTask } from "../../../lib/pipeline/run/read_stage.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { reviews, tinyModel } from "../tiny.ts";

const { signal } = new AbortController();
// "film-food" is three tokens and one word.
const rows = reviews(30).map(({ text, mood }) => {
  const tokens = [...text.split(" "), "film-food"];
  return { text, mood, tokens, tags: tokens.map((word) => `IS${word.length}`) };
});
const table = tableFromRows(rows, "the reviews");

for (const subwords of ["first", "average"] as const) {
  Deno.test(`each word is an item with its own tag, ${subwords} token`, () =>
    inFolder(async (folder) => {
      const opened = await openStage({ model: await tinyModel(join(folder, "base")) });
      const device = await openDevice("cpu");
      await using frozen = await openFrozen(opened, { device, signal });
      const task = tokenClassification({ tokens: "tokens", tags: "tags", subwords }) as Task;
      const labelled = task.read({ train: table, test: table }) as AnyLabelledTask;
      const chosen = [4, 2, 9];
      const { vectors, truth, rows: rowOf } = await probeItems(table, chosen, {
        ...{ task: labelled, opened, frozen, signal },
        maxTokens: 64,
        where: "the reviews",
      });
      assert.deepEqual(truth.values, chosen.flatMap((row) => rows[row].tags));
      assert.deepEqual([...rowOf], chosen.flatMap((row, at) => rows[row].tags.map(() => at)));
      assert.ok(vectors.every((vector) => Math.abs(Math.hypot(...vector) - 1) < 1e-5));
    }));
}

Deno.test("rows have their class and a vector that depends on no other row", () =>
  inFolder(async (folder) => {
    const opened = await openStage({ model: await tinyModel(join(folder, "base")) });
    const device = await openDevice("cpu");
    await using frozen = await openFrozen(opened, { device, signal });
    const task = textClassification({ text: "text", label: "mood" }) as Task;
    const labelled = task.read({ train: table, test: table }) as AnyLabelledTask;
    const examples = await labelled.examples(table, {
      input: "text",
      tokenizer: opened.tokenizer!,
      maxTokens: 64,
      padId: 0,
      usesTypes: true,
    }, { where: "the reviews" });
    const together = await frozen.ofRows(examples);
    const [alone] = await frozen.ofRows(examples, [7]);
    together[7].forEach((value, at) => assert.ok(Math.abs(value - alone[at]) < 1e-4));
    const [tokens] = await frozen.ofTokens(examples, [7]);
    assert.equal(tokens.length, examples.lengths[7]);
    const mean = tokens.reduce((sum, token) => sum + token[3], 0) / tokens.length;
    assert.ok(Math.abs(mean - alone[3]) < 1e-4);
  }));

Deno.test("numbers that are large, and numbers that never change, do not decide", () => {
  const vectors = [[1000, 5, 1], [1010, 5, 2], [990, 5, 3]].map((each) => Float32Array.from(each));
  const found = comparable(vectors);
  for (const [large, constant, small] of found) {
    assert.equal(constant, 0);
    assert.ok(Math.abs(large) <= 1 && Math.abs(small) <= 1);
  }
  assert.ok(
    Math.abs(found[2][0] + Math.SQRT1_2) < 1e-6 && Math.abs(found[2][2] - Math.SQRT1_2) < 1e-6,
  );
});
