import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  grpo,
  lora,
  merged,
  model,
  onlineDpo,
  onnx,
  open,
  ppo,
  rejectionSampling,
  rloo,
  tableFromRows,
} from "tunebook";
import { quiet } from "../../pipeline/open/trained.ts";
import { tinyModel } from "../../pipeline/tiny.ts";
import { inFolder } from "../../weights/in_folder.ts";

const letters = ({ completion }: { completion: string }) => completion.split("o").length - 1;
const texts = ["the film was", "the food was", "very", "place", "price", "service was"];
const shared = { prompt: "asked", rewards: letters, maxNewTokens: 4 };
const conversation = (content: string) => [{ role: "user" as const, content }];
const cases = [
  ["grpo on texts", grpo({ ...shared, groupSize: 2 }), texts],
  [
    "rloo on texts, with a template that texts do not need",
    rloo({ ...shared, template: "chatml" }),
    texts,
  ],
  ["ppo on messages", ppo({ ...shared, template: "chatml" }), texts.map(conversation)],
  ["onlineDpo on texts", onlineDpo({ prompt: "asked", judge: () => 0, maxNewTokens: 4 }), texts],
  ["rejectionSampling on texts", rejectionSampling({ ...shared, groupSize: 2 }), texts],
] as const;

for (const [name, task, prompts] of cases) {
  Deno.test(`what was rewarded by a function is opened from its folder: ${name}`, () =>
    inFolder(async (folder) => {
      const [adapted, whole] = [join(folder, "adapter"), join(folder, "merged")];
      // transformers.js asks one of texts; rollout_task_test.ts has one of messages.
      const isAsked = name === "grpo on texts";
      const result = await model(await tinyModel(join(folder, "base"), "gpt2"))
        .data(tableFromRows(prompts.map((asked) => ({ asked }))), task, { test: 2 })
        .adapt(lora({ rank: 2 }))
        .train({ epochs: 1, batchSize: 4, samples: 0 })
        .deploy(adapter(adapted), merged(whole), ...isAsked ? [onnx(join(folder, "onnx"))] : [])
        .run(quiet);
      if (isAsked) {
        const { answers } = result.receipts[2].reader!;
        assert.deepEqual([answers!.inputs, answers!.texts!.same], [2, 2]);
      }
      const asked = [prompts[0], prompts[1]] as never[];
      const expected = (await result.generate(asked, { maxNewTokens: 4, temperature: 0 })).map((
        each,
      ) => each.text);
      for (const opened of [adapted, whole]) {
        const again = await open(opened);
        const found = await again.generate(asked, { maxNewTokens: 4, temperature: 0 });
        assert.deepEqual(found.map((each) => each.text), expected, opened);
        await again.dispose();
      }
      await result.dispose();
    }));
}
