import assert from "node:assert/strict";
import { lora } from "../../lib/adapters/lora.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { Method } from "../../lib/nn/method.ts";
import { attachTo } from "../../lib/nn/model.ts";
import type { ModelConfig } from "../../lib/nn/family.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { readGolden } from "../models/golden.ts";
import { goldenImageModel, sized } from "../models/golden_images.ts";
import { weightedImages } from "../models/weighted_images.ts";
import { checkRun } from "../nn/check_gradients.ts";
import { gradientRun } from "../nn/run_trainable_model.ts";

const cases: readonly [name: string, head: string, method: Method, trained: number][] = [
  ["vit", "classification", lora({ rank: 2 }), 8],
  ["vit", "classification", lora({ rank: 2, targets: ["projection"], dropout: 0.2 }), 2],
  // An activation without kinks.
  ["resnet-basic", "classification", lora({ rank: 2, targets: ["shortcut.convolution"] }), 2],
  ["convnext", "classification", lora({ rank: 2, targets: ["patch_embeddings", "pwconv2"] }), 8],
  ["segformer", "masks", lora({ rank: 2, targets: ["sr", "query"] }), 8],
  ["convnext", "classification", lora({ rank: 2, targets: ["patch_embeddings"], dora: true }), 1],
  ["yolos", "boxes", lora({ rank: 2, targets: ["query"] }), 4],
];

for (const [name, head, method, trained] of cases) {
  Deno.test(`LoRA's gradients on ${name} are those of finite differences (${JSON.stringify(method.settings.targets)})`, async () => {
    const { weights, pixel_values } = await readGolden(`vision/${name}/expected.safetensors`);
    const model = sized(await goldenImageModel(name, head), pixel_values);
    const trainable = {
      model,
      adapter: attachTo(model, method),
      objective: weightedImages(model, weights),
    };
    const run = await gradientRun(trainable, await openDevice("cpu"), { pixel_values });
    // The norm counts as a constant in the gradients of DoRA's matrices.
    const checked = method.settings.dora ? "lora_magnitude" : "lora_";
    const only = (path: string) => path.includes(checked);
    const paths = await checkRun(run, initialParameters(trainable, 1), { only });
    assert.equal(paths.length, trained);
  });
}

const thinned = [
  ["segformer-classes", "classification", { dropPath: 0.5, hiddenDropout: 0.2 }, ["query"]],
  ["convnext", "classification", { dropPath: 0.6 }, ["pwconv1"]],
] as const;

for (const [name, head, settings, targets] of thinned) {
  Deno.test(`what training leaves out of ${name} is the same in both passes`, async () => {
    const { weights, pixel_values } = await readGolden(`vision/${name}/expected.safetensors`);
    const opened = sized(await goldenImageModel(name, head), pixel_values);
    const lossWith = async (config: ModelConfig, check: boolean) => {
      const model = { ...opened, config };
      const adapter = attachTo(model, lora({ rank: 2, targets }));
      const trainable = { model, adapter, objective: weightedImages(model, weights) };
      const run = await gradientRun(trainable, await openDevice("cpu"), { pixel_values });
      const initial = initialParameters(trainable, 1);
      const loss = await run.lossAt(initial);
      if (!check) await run.dispose();
      else await checkRun(run, initial, { only: (path) => path.includes("lora_") });
      return loss;
    };
    const whole = await lossWith(opened.config, false);
    const loss = await lossWith({ ...opened.config, ...settings }, true);
    assert.ok(Math.abs(loss - whole) > 1e-3, `${loss} beside ${whole}: nothing was left out`);
  });
}
