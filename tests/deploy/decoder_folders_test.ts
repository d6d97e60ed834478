import assert from "node:assert/strict";
import { join } from "node:path";
import { lora, merged, model, onnx, open, prefixTuning, promptTuning } from "tunebook";
import { tableFromRows } from "../../lib/table/table.ts";
import { isMistake } from "../is_mistake.ts";
import { quiet } from "../pipeline/open/trained.ts";
import { decoders } from "../nn/decoders.ts";
import { reviews, tinyModel } from "../pipeline/tiny.ts";
import { toyFolder } from "../pipeline/toy_folder.ts";
import { inFolder } from "../weights/in_folder.ts";

const rows = tableFromRows(reviews(32).map((row) => ({ ...row })));

for (const family of decoders) {
  for (const method of [lora({ rank: 2 }), prefixTuning({ tokens: 2 })]) {
    Deno.test(`${family} with ${method.method}: transformers.js writes what was trained`, () =>
      inFolder(async (folder) => {
        const reference = await toyFolder(join(folder, "base"), family);
        const targets = [onnx(join(folder, "onnx"))];
        if (method.method === "lora") targets.push(merged(join(folder, "merged")));
        const result = await model(reference).data(rows, { text: "text", test: rows })
          .adapt(method).train({ epochs: 1 }).deploy(...targets).run(quiet);
        const [receipt] = result.receipts;
        assert.equal(receipt.reader?.answers?.pipeline, "text-generation");
        assert.ok(receipt.reader!.answers!.inputs > 5, "texts were compared");
        assert.ok(
          receipt.largestDifference < 1e-4,
          `losses differ by ${receipt.largestDifference}`,
        );
        if (method.method === "lora") {
          const opened = await open(join(folder, "merged"));
          const inputs = ["the film was", "food"];
          assert.deepEqual(
            (await opened.generate(inputs, { maxNewTokens: 8 })).map(({ tokens }) => tokens),
            (await result.generate(inputs, { maxNewTokens: 8 })).map(({ tokens }) => tokens),
          );
          await opened.dispose();
        }
        await result.dispose();
      }));
  }
}

Deno.test("virtual tokens before texts are no part of a graph with a cache", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    await assert.rejects(
      model(reference).data(rows, { text: "text", test: rows })
        .adapt(promptTuning({ tokens: 2 })).train({ epochs: 1 })
        .deploy(onnx(join(folder, "onnx"))).run(quiet),
      isMistake("unsupported", "virtual tokens"),
    );
  }));
