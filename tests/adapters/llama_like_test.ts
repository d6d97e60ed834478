import assert from "node:assert/strict";
import { readPeftFolder, writePeftFolder } from "../../lib/adapters/peft/folder.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { attachTo, textConfig } from "../../lib/nn/model.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import {
  goldenLanguageModel,
  goldenPath,
  largestDifference,
  readGolden,
  realTokens,
} from "../models/golden.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { inFolder } from "../weights/in_folder.ts";
import { assertSameFolder } from "./same_folder.ts";

/** Both sides compute in float32; logits are below a hundred. */
const tolerance = 2e-5;
const folders = [...Deno.readDirSync(goldenPath("decoders"))]
  .map(({ name }) => name).filter((name) => name.includes("-on-")).sort();

for (const name of folders) {
  Deno.test(`${name}: a folder of PEFT's gives PEFT's logits, and is written as it was`, () =>
    inFolder(async (folder) => {
      const [, base] = name.split("-on-");
      const source = `decoders/${name}`;
      const { logits, ...batch } = await readGolden(`${source}/expected.safetensors`);
      const model = await goldenLanguageModel(`decoders/${base}`);
      const { vocabSize } = textConfig(model);
      const objective = nextTokenObjective({ texts: [{ ids: [1, 2] }], vocabSize });
      const { attached, values } = await readPeftFolder(goldenPath(source), model);
      const opened = { model, adapter: attached, objective };
      const found = await logitsOf(opened, await openDevice("cpu"), batch, values);
      const mask = batch.attention_mask.data;
      const tokens = found.data.length / vocabSize;
      assert.equal(tokens, mask.length);
      const difference = largestDifference(
        realTokens(found.data, mask),
        realTokens(logits.data, mask),
      );
      assert.ok(difference < tolerance, `logits differ by ${difference}`);

      await writePeftFolder(folder, model, attached, values, { taskType: "CAUSAL_LM", labels: [] });
      await assertSameFolder(folder, goldenPath(source));
    }));
}

Deno.test("a prompt for a Gemma starts at words as the model is given them", async () => {
  const model = await goldenLanguageModel("decoders/gemma3_text");
  const { hiddenSize } = model.config;
  const extras = { encode: () => Int32Array.of(7, 9) };
  const adapter = attachTo(model, promptTuning({ tokens: 2, text: "any" }), extras);
  const [prompt] = initialParameters({ model, adapter }, 1).values();
  const table = model.weights.get("embed_tokens.weight")!;
  const words = [7, 9].flatMap((id) => [...table.subarray(id * hiddenSize, (id + 1) * hiddenSize)]);
  assert.deepEqual(prompt, Float32Array.from(words, (each) => Math.sqrt(hiddenSize) * each));
});
