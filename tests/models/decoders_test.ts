import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { isStoredTransposed, transposed, type Weight } from "../../lib/nn/layer.ts";
import { attachTo, bodyPaths, type Model, modelWeights, textConfig } from "../../lib/nn/model.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import {
  type LearnedText,
  nextTokenObjective,
} from "../../lib/tasks/shared/next_token_objective.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { gradientRun, logitsOf } from "../nn/run_trainable_model.ts";
import {
  goldenLanguageModel,
  goldenModel,
  largestDifference,
  oneHot,
  readGolden,
  runModel,
} from "./golden.ts";

type Golden = Awaited<ReturnType<typeof readGolden>>;

const tolerance = 1e-4;
const outputs = 3;
const classifiers = ["gpt2-classes", "llama-classes"];
const languageModels = ["gpt2", "gpt2-untied", "llama", "llama-tied"];

function classification({ labels }: Golden): Objective {
  return classificationObjective({
    kind: "single",
    outputs,
    targets: oneHot(labels.data, outputs),
  });
}

/** The rows without their padding; a label of −100 does not count. */
function textsOf({ input_ids, attention_mask, labels }: Golden): LearnedText[] {
  const [rows, width] = input_ids.shape;
  return Array.from({ length: rows }, (_, row) => {
    const of = (data: ArrayLike<number>) => Array.from(data).slice(row * width, (row + 1) * width);
    const length = of(attention_mask.data).reduce((sum, each) => sum + each, 0);
    return {
      ids: of(input_ids.data).slice(0, length),
      counts: of(labels.data).slice(0, length).map((label) => label === -100 ? 0 : 1),
    };
  });
}

function batchOf(golden: Golden, side = ""): Golden {
  return {
    input_ids: golden[`${side}input_ids`],
    attention_mask: golden[`${side}attention_mask`],
  };
}

/** The numbers of real tokens; what stands at padding nobody reads. */
function real(data: ArrayLike<number>, mask: ArrayLike<number>): number[] {
  const perToken = data.length / mask.length;
  return Array.from(data).filter((_, i) => mask[Math.floor(i / perToken)] === 1);
}

async function assertGradients(model: Model, objective: Objective, golden: Golden): Promise<void> {
  const trainable = { model, adapter: attachTo(model, full()), objective };
  const run = await gradientRun(trainable, await openDevice("cpu"), batchOf(golden));
  const weights = modelWeights(model);
  const loss = await run.lossAt(
    new Map(weights.map(({ path }) => [path, model.weights.get(path)!])),
  );
  const gradients = await run.gradientsAt(model.weights as Map<string, Float32Array>);
  await run.dispose();
  assert.ok(Math.abs(loss - golden.loss.data[0]) < tolerance, `the loss is ${loss}`);
  const inner = bodyPaths(model);
  const nameOf = ({ path, layer }: Weight) =>
    `gradient.${inner.has(layer.path) ? `${model.family.prefix}.` : ""}${path}`;
  for (const weight of weights) {
    const found = gradients.get(weight.path)!;
    const turned = isStoredTransposed(weight) ? transposed(found, weight.shape) : found;
    const difference = largestDifference(turned, golden[nameOf(weight)].data);
    assert.ok(difference < tolerance, `${weight.path} differs by ${difference}`);
  }
  const names = Object.keys(golden).filter((name) => name.startsWith("gradient."));
  assert.deepEqual(names.sort(), weights.map(nameOf).sort());
}

for (const name of classifiers) {
  for (const deviceName of ["cpu", "tfjs:cpu"]) {
    Deno.test(`${name} computes what transformers computes, on ${deviceName}`, async () => {
      const golden = await readGolden(`models/${name}/expected.safetensors`);
      const model = await goldenModel(name, outputs);
      assert.equal(model.headRequest.name, "classification");
      const objective = classification(golden);
      const device = await openDevice(deviceName);
      for (const side of ["", "left."]) {
        const batch = batchOf(golden, side);
        const found = await runModel(device, model, objective, batch);
        const mask = batch.attention_mask.data;
        const hidden = largestDifference(
          real(found.hidden.data, mask),
          real(golden[`${side}hidden`].data, mask),
        );
        assert.ok(hidden < tolerance, `${side}hidden states differ by ${hidden}`);
        const logits = largestDifference(found.logits.data, golden[`${side}logits`].data);
        assert.ok(logits < tolerance, `${side}logits differ by ${logits}`);
      }
    });
  }

  Deno.test(`${name} has PyTorch's loss and gradients`, async () => {
    const golden = await readGolden(`models/${name}/expected.safetensors`);
    await assertGradients(await goldenModel(name, outputs), classification(golden), golden);
  });
}

for (const name of languageModels) {
  Deno.test(`${name} scores next tokens as transformers does`, async () => {
    const golden = await readGolden(`models/${name}/expected.safetensors`);
    const model = await goldenLanguageModel(name);
    assert.deepEqual(model.head, []);
    const { vocabSize } = textConfig(model);
    const objective = nextTokenObjective({ texts: textsOf(golden), vocabSize });
    const device = await openDevice("cpu");
    const trainable = { model, adapter: attachTo(model, full()), objective };
    for (const side of ["", "left."]) {
      const batch = batchOf(golden, side);
      const found = await logitsOf(trainable, device, batch);
      const mask = batch.attention_mask.data;
      const difference = largestDifference(
        real(found.data, mask),
        real(golden[`${side}logits`].data, mask),
      );
      assert.ok(difference < tolerance, `${side}logits differ by ${difference}`);
    }
  });

  Deno.test(`${name} has PyTorch's loss and gradients of next tokens`, async () => {
    const golden = await readGolden(`models/${name}/expected.safetensors`);
    const model = await goldenLanguageModel(name);
    const { vocabSize } = textConfig(model);
    const objective = nextTokenObjective({ texts: textsOf(golden), vocabSize });
    await assertGradients(model, objective, golden);
  });
}
