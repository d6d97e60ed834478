import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { peft } from "../../lib/adapters/peft.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { AttachedMethod } from "../../lib/nn/method.ts";
import { attachTo, type Model, openOn } from "../../lib/nn/model.ts";
import { parameters } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { train } from "../../lib/train/train.ts";
import { trainSettings } from "../../lib/train/train_options.ts";
import {
  goldenModel,
  goldenPath,
  largestDifference,
  oneHot,
  readGolden,
} from "../models/golden.ts";
import { goldenLora, goldenRows } from "./golden_training.ts";

const outputs = 3;
const lossTolerance = 1e-4;
const tensorTolerance = 1e-3;

/** What bitsandbytes, PEFT and PyTorch computed over a base that bitsandbytes has quantised. */
const qlora = "quantised/train/qlora-bert";

const cases: [name: string, base: string, attach: (model: Model) => Promise<AttachedMethod>][] = [
  [
    qlora,
    "quantised/bert-nf4",
    (model) => openOn(model, peft(goldenPath("quantised/train/adapter"))),
  ],
  ["lora-bert", "bert", goldenLora],
  ["lora-gpt2", "gpt2-classes", goldenLora],
  ["lora-llama", "llama-classes", goldenLora],
  ["full-bert", "bert", (model) => Promise.resolve(attachTo(model, full()))],
  ["full-distilbert", "distilbert", (model) => Promise.resolve(attachTo(model, full()))],
];

for (const [name, base, attach] of cases) {
  Deno.test(`the steps of ${name} are PyTorch's`, async () => {
    const golden = await readGolden(`${name === qlora ? name : `train/${name}`}.safetensors`);
    const model = await goldenModel(base);
    const objective = classificationObjective({
      kind: "single",
      outputs,
      targets: oneHot(golden.labels.data, outputs),
    });
    const norms: number[] = [];
    const { losses, state } = await train(
      { model, adapter: await attach(model), objective },
      goldenRows(golden),
      {
        device: await openDevice("cpu"),
        settings: trainSettings({
          epochs: 1,
          batchSize: 4,
          order: "sequential",
          schedule: "constant",
          warmup: 0,
          learningRate: 1e-3,
          weightDecay: 0.01,
          maxGradientNorm: 1,
        }),
        fingerprint: {},
        onStep: ({ gradientNorm }) => norms.push(gradientNorm),
      },
    );
    const relative = (found: number[], wanted: ArrayLike<number>) =>
      Math.max(...found.map((each, i) => Math.abs(each / wanted[i] - 1)));
    assert.equal(losses.length, golden.losses.data.length);
    const lossDifference = relative([...losses], golden.losses.data);
    assert.ok(lossDifference < lossTolerance, `losses differ by ${lossDifference}`);
    const normDifference = relative(norms, golden.norms.data);
    assert.ok(normDifference < tensorTolerance, `norms differ by ${normDifference}`);

    const values = await state.read(parameters);
    state.dispose();
    const compared = new Set<string>();
    for (const [key, { data }] of Object.entries(golden)) {
      if (!key.startsWith("final.")) continue;
      const path = key.replace(
        /^final\.(base_model\.model\.)?(bert\.|distilbert\.|transformer\.|model\.)?/,
        "",
      )
        .replace(/(lora_[AB])\.weight$/, "$1");
      compared.add(path);
      // A key's bias has no influence: its gradient is rounding, which AdamW enlarges.
      if (/\.(key|k_lin)\.bias$/.test(path)) continue;
      const difference = largestDifference(values.get(path) ?? [], data);
      assert.ok(difference < tensorTolerance, `${path} differs by ${difference}`);
    }
    assert.deepEqual([...values.keys()].filter((path) => !compared.has(path)), []);
  });
}
