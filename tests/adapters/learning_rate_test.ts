import assert from "node:assert/strict";
import { methodOf } from "../../lib/adapters/mod.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { peftFromFiles } from "../../lib/adapters/peft.ts";
import { readPeftFiles } from "../../lib/adapters/peft/files.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { trainSettings } from "../../lib/train/train_options.ts";
import { goldenPath } from "../models/golden.ts";
import { toyModel } from "../nn/toy.ts";
import { runToy } from "../train/toy_run.ts";

Deno.test("a plan that names no rate gets its method's", () => {
  assert.equal(trainSettings({}, methodOf("full")).learningRate, 5e-5);
  assert.equal(trainSettings({}, methodOf("ia3")).learningRate, 1e-2);
  assert.equal(trainSettings({ learningRate: 1e-4 }, methodOf("ia3")).learningRate, 1e-4);
});

Deno.test("a prefix that a network makes wants a lower rate, and its folder the prefix's own", async () => {
  assert.equal(prefixTuning().learningRate, 1e-2);
  assert.equal(prefixTuning({ projection: true }).learningRate, 3e-4);
  const method = peftFromFiles(await readPeftFiles(goldenPath("methods/prefix-projection-bert")));
  assert.equal(method.learningRate, 1e-2);
});

Deno.test("a folder has the rate of the method that it holds", async () => {
  const method = peftFromFiles(await readPeftFiles(goldenPath("methods/ia3-bert")));
  assert.equal(method.learningRate, 1e-2);
});

Deno.test("LoRA+ moves B by its ratio and A by the plan's rate", async () => {
  const model = toyModel();
  const moved = async (rateRatio: number) => {
    const method = lora({ rank: 2, rateRatio, start: "pissa" });
    const start = attachTo(model, method).parameters;
    const settings = { epochs: 1, batchSize: 22, warmup: 0, weightDecay: 0 };
    const { values } = await runToy({ on: model, method, settings });
    const of = (role: string) => {
      const parameter = start.find(({ name }) => name.endsWith(role))!;
      const before = parameter.initial(undefined as never);
      return values.get(parameter.name)!.map((each, i) => each - before[i]);
    };
    return { a: of("lora_A"), b: of("lora_B") };
  };
  const [plain, faster] = [await moved(1), await moved(16)];
  faster.a.forEach((each, i) => assert.ok(Math.abs(each - plain.a[i]) < 1e-6));
  faster.b.forEach((each, i) => assert.ok(Math.abs(each - 16 * plain.b[i]) < 1e-5));
});
