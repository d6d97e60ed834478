import assert from "node:assert/strict";
import { join } from "node:path";
import { adapter, merged, model, onnx, peft, prefixTuning, promptTuning, pTuning } from "tunebook";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const columns = { text: "text", label: "mood" };
const methods = {
  "prompt tuning": () => promptTuning({ tokens: 4, start: "labels" }),
  "P-tuning": () => pTuning({ tokens: 4, encoder: "lstm", hidden: 8 }),
  "prefix tuning": () => prefixTuning({ tokens: 4, text: "a lovely film" }),
};

for (const [name, method] of Object.entries(methods)) {
  Deno.test(`${name} is deployed as an adapter and as ONNX, and goes on from the adapter`, () =>
    inFolder(async (folder) => {
      const base = model(await tinyModel(join(folder, "base"), "bert")).data(moods(48), columns);
      const [a, o] = ["a", "o"].map((place) => join(folder, place));
      const plan = base.adapt(method()).train({ epochs: 1, batchSize: 8 });
      await assert.rejects(
        plan.deploy(merged(join(folder, "m"))).run({ quiet: true }),
        /cannot be merged/,
      );
      const result = await plan.deploy(adapter(a), onnx(o)).run({ quiet: true });
      for (const { target, largestDifference, tolerance } of result.receipts) {
        assert.ok(largestDifference < tolerance / 5, `${target}: ${largestDifference}`);
      }
      const again = await base.adapt(peft(a)).train({ epochs: 0 }).run({ quiet: true });
      const { logits } = again.predictions;
      const difference = logits.map((each, i) => Math.abs(each - result.predictions.logits[i]));
      assert.ok(Math.max(...difference) < 1e-5);
      await again.dispose();
      await result.dispose();
    }));
}
