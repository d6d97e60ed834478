import assert from "node:assert/strict";
import { join } from "node:path";
import {
  lora,
  merged,
  model,
  onnx,
  open,
  prefixTuning,
  promptTuning,
  pTuning,
  textGeneration,
  type Writer,
} from "tunebook";
import { tableFromRows } from "../../lib/table/table.ts";
import { quiet } from "../pipeline/open/trained.ts";
import { decoders } from "../nn/decoders.ts";
import { reviews } from "../pipeline/tiny.ts";
import { toyFolder } from "../pipeline/toy_folder.ts";
import { inFolder } from "../weights/in_folder.ts";

const words = promptTuning({ tokens: 3 });
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

// One with positions that are learned, one with windows that virtual tokens fall out of.
for (
  const [family, method] of [["gpt2", pTuning({ tokens: 3 })], ["gemma3_text", words]] as const
) {
  Deno.test(`${family} with ${method.method}: transformers.js writes behind virtual tokens`, () =>
    inFolder(async (folder) => {
      const reference = await toyFolder(join(folder, "base"), family);
      const train = { epochs: 2, learningRate: 3e-2 };
      const result = await model(reference).data(rows, { text: "text", test: rows })
        .adapt(method).train(train).deploy(onnx(join(folder, "onnx"))).run(quiet);
      const [receipt] = result.receipts;
      assert.ok(receipt.reader!.answers!.inputs > 5, "texts were compared");
      const { largestDifference } = receipt;
      assert.ok(largestDifference < 1e-4, `losses differ by ${largestDifference}`);
      // The tokens make a difference, so that a graph without them would not have passed.
      const inputs = ["the film was", "food", "very"];
      const plain = await open(reference, { task: textGeneration({ text: "text" }) });
      const tokensOf = async (writer: Writer) =>
        (await writer.generate(inputs, { maxNewTokens: 8 })).map(({ tokens }) => tokens);
      assert.notDeepEqual(await tokensOf(result), await tokensOf(plain));
      await plain.dispose();
      await result.dispose();
    }));
}
