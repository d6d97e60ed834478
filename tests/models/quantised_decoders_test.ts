import assert from "node:assert/strict";
import { lora } from "../../lib/adapters/lora.ts";
import { openDevice, type QuantizationFormat } from "../../lib/engine/mod.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { checkGradients } from "../nn/check_gradients.ts";
import { gradientRun, logitsOf } from "../nn/run_trainable_model.ts";
import { nextTokens, toyRows, toyTargets } from "../nn/toy.ts";
import { runToy } from "../train/toy_run.ts";
import { goldenLanguageModel, goldenModel, largestDifference } from "./golden.ts";

const outputs = 3;
const tolerance = 1e-5;
/** Half of NF4's widest gap is .15 of a block's largest number. */
const roundingShare = 0.16;
const rows = toyRows(5, { types: false });
const batch = rows.feedsOf([0, 1, 2, 3, 4]);
/** Linears of two layers. */
const linears = { gpt2: 2 * 4, llama: 2 * 7 };

function traineeOf(model: Model): TrainableModel {
  const adapter = attachTo(model, lora({ rank: 2, targets: "all-linear" }));
  const objective = model.headRequest.name === "language"
    ? nextTokens({ model, adapter }, rows)
    : classificationObjective({
      kind: "single",
      outputs,
      targets: toyTargets(rows, outputs),
    });
  return { model, adapter, objective };
}

/** Every parameter away from zero, since zeros hide mistakes. */
function movedStart(trainable: TrainableModel): Map<string, Float32Array> {
  return new Map(
    [...initialParameters(trainable, 1)].map(([path, numbers]) => [
      path,
      numbers.map((each, i) => each + 0.1 * Math.sin(i + 1)),
    ]),
  );
}

async function gradientsOf(trainable: TrainableModel, values: ReadonlyMap<string, Float32Array>) {
  const run = await gradientRun(trainable, await openDevice("cpu"), batch);
  try {
    return await run.gradientsAt(values);
  } finally {
    await run.dispose();
  }
}

for (const family of ["gpt2", "llama"] as const) {
  for (const format of ["nf4", "int4"] as const) {
    for (const base of [family, `${family}-classes`]) {
      const open = (as: QuantizationFormat | undefined) =>
        base === family ? goldenLanguageModel(base, as) : goldenModel(base, outputs, 1, as);

      Deno.test(`${base} in ${format}: LoRA's scores and gradients are those over its numbers`, async () => {
        const model = await open(format);
        assert.equal(model.quantized!.size, linears[family]);
        const whole = await open(undefined);
        for (const path of model.quantized!.keys()) {
          const numbers = whole.weights.get(path)!;
          const most = numbers.reduce((most, each) => Math.max(most, Math.abs(each)), 0);
          const off = largestDifference(model.weights.get(path)!, numbers);
          assert.ok(0 < off && off < roundingShare * most, `${path} is off by ${off}`);
        }
        const { quantized: _, ...shown } = model;
        const [held, plain] = [traineeOf(model), traineeOf(shown)];
        const values = movedStart(held);
        const device = await openDevice("cpu");
        const found = await logitsOf(held, device, batch, values);
        const wanted = await logitsOf(plain, device, batch, values);
        const difference = largestDifference(found.data, wanted.data);
        assert.ok(difference < tolerance, `logits differ by ${difference}`);

        const slopes = await gradientsOf(held, values);
        const others = await gradientsOf(plain, values);
        assert.deepEqual([...slopes.keys()], [...others.keys()]);
        for (const [path, gradient] of others) {
          const off = largestDifference(slopes.get(path)!, gradient);
          assert.ok(off < tolerance, `the gradient of ${path} differs by ${off}`);
        }
        await checkGradients(held);
      });

      Deno.test(`${base} in ${format}: LoRA trains, and the base stays as it is`, async () => {
        const model = await open(format);
        const before = [...model.quantized!].map(([path, { codes }]) => [path, codes()] as const);
        const { adapter } = traineeOf(model);
        const { losses } = await runToy({ on: model, attached: adapter, settings: { epochs: 6 } });
        const epoch = losses.length / 6;
        const mean = (part: readonly number[]) => part.reduce((sum, each) => sum + each, 0) / epoch;
        const [first, last] = [losses.slice(0, epoch), losses.slice(-epoch)];
        assert.ok(mean(last) < 0.8 * mean(first), `${mean(first)} → ${mean(last)}`);
        for (const [path, codes] of before) {
          assert.deepEqual(model.quantized!.get(path)!.codes(), codes, path);
        }
      });
    }
  }
}
