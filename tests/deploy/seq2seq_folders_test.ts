import assert from "node:assert/strict";
import { join } from "node:path";
import { full, lora, merged, model, onnx, open, prefixTuning, promptTuning } from "tunebook";
import { quiet } from "../pipeline/open/trained.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../tasks/text2text/training.ts";
import { inFolder } from "../weights/in_folder.ts";

for (const [name, task] of Object.entries(trainedTasks)) {
  const before = [prefixTuning({ tokens: 2 }), promptTuning({ tokens: 3 })];
  for (const method of [full(), lora({ rank: 2 }), ...before]) {
    Deno.test(`${name} with ${method.method}: files write what the trained model writes`, () =>
      inFolder(async (folder) => {
        const { golden, table } = await goldenTraining(name);
        const isBefore = before.includes(method);
        const other = isBefore ? [] : [merged(join(folder, "merged"))];
        const result = await model(trainedModel(name)).data(table, task, { test: table })
          .adapt(method).train({ epochs: 2 })
          .deploy(onnx(join(folder, "onnx")), ...other)
          .run(quiet);
        const [receipt] = result.receipts;
        assert.equal(receipt.reader?.answers?.pipeline, "translation");
        assert.ok(receipt.reader!.answers!.inputs > 5, "texts were compared");
        assert.ok(
          receipt.largestDifference < 1e-4,
          `losses differ by ${receipt.largestDifference}`,
        );
        const inputs = golden.rows.slice(0, 5).map(({ en }) => en);
        const options = { maxNewTokens: 8 };
        const found = await result.generate(inputs, options);
        assert.equal((await result.predict(inputs)).length, inputs.length);
        const pieces = [];
        for await (const piece of result.stream(inputs[0], options)) pieces.push(piece);
        assert.equal(pieces.join(""), found[0].text);
        if (!isBefore) {
          const opened = await open(join(folder, "merged"));
          const again = await opened.generate(inputs, options);
          assert.deepEqual(
            again.map(({ tokens }) => tokens),
            found.map(({ tokens }) => tokens),
          );
          const beams = await opened.generate(inputs, { ...options, beams: 3 });
          assert.equal(beams.length, inputs.length);
          await opened.dispose();
        }
        await result.dispose();
      }));
  }
}
