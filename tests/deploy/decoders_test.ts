import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, lora, merged, model, onnx, peft } from "tunebook";
import { inFolder } from "../weights/in_folder.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";

for (const name of ["gpt2", "llama"]) {
  Deno.test(`a ${name} is trained to classify and deployed in every form`, () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"), `${name}-classes`);
      const data = { text: "text", label: "mood" } as const;
      const result = await model(reference)
        .data(moods(40), data)
        .adapt(lora({ rank: 2 }))
        .train({ epochs: 2, learningRate: 5e-3, packing: true })
        .deploy(
          adapter(join(folder, "adapter")),
          merged(join(folder, "merged")),
          onnx(join(folder, "onnx")),
        )
        .run({ quiet: true });
      assert.equal(result.receipts.length, 3);
      const before = result.predictions.logits;
      await result.dispose();

      const config = JSON.parse(await Deno.readTextFile(join(folder, "merged", "config.json")));
      assert.match(config.architectures[0], /ForSequenceClassification$/);
      assert.equal(config.pad_token_id, 0);

      const again = await model(reference)
        .data(moods(40), data)
        .adapt(peft(join(folder, "adapter")))
        .train({ epochs: 0 })
        .run({ quiet: true });
      again.predictions.logits.forEach((each, i) => assert.ok(Math.abs(each - before[i]) < 1e-5));
      await again.dispose();
    }));
}
