/**
 * Training in float16 beside float32. On the processor ONNX Runtime rounds the numbers of a float16 graph at
 * most casts but multiplies in float32, which every machine can try; WebGPU multiplies and adds in float16.
 */
import assert from "node:assert/strict";
import { full } from "../../../lib/adapters/full.ts";
import { type Device, slotPath, tf } from "../../../lib/engine/mod.ts";
import { onnxRuntime } from "../../../lib/engine/devices/onnx_runtime.ts";
import type { Provider } from "../../../lib/engine/devices/onnx_session.ts";
import { parameters } from "../../../lib/nn/trainable_model.ts";
import { trainedTensors } from "../../../lib/nn/trained.ts";
import { gradientProgram, gradients } from "../../../lib/train/gradient_program.ts";
import { lossScaleInput } from "../../../lib/train/loss_scaling.ts";
import { Random } from "../../../lib/core/random.ts";
import type { TrainContext } from "../../../lib/train/train.ts";
import type { TrainOptions } from "../../../lib/train/train_options.ts";
import { isMistake } from "../../is_mistake.ts";
import { runToy } from "../../train/toy_run.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { gpuLack } from "./gpu_lack.ts";
import { frozenOf, tinyFeeds, tinyTrainee, trainTiny } from "./tiny_bert.ts";

/** Tolerances are of a loss in ten steps at a learning rate of 0.01, relative; float16 has eleven bits. */
const methods = [
  { title: "LoRA", method: undefined, tolerance: 5e-3 },
  { title: "full fine-tuning", method: full(), tolerance: 2e-2 },
];
const leastCosine = 0.999;
const lossScale = 2 ** 12;

const halfOf = (provider: Provider) => onnxRuntime(provider, undefined, { precision: "float16" });

/** The gradients of one batch by tensor, multiplied with `scale`. */
async function gradientsOn(
  device: Device,
  method: ReturnType<typeof full> | undefined,
  scale: number,
): Promise<Map<string, Float32Array>> {
  const trainable = tinyTrainee(method);
  const tensors = trainedTensors(trainable.model, trainable.adapter);
  const state = device.createState(tensors, [parameters, gradients]);
  await state.write(
    parameters,
    new Map(tensors.map(({ name, shape }) => {
      const random = Random.fromSeed(1, slotPath(parameters, name));
      const size = shape.reduce((a, b) => a * b, 1);
      const numbers = Float32Array.from({ length: size }, () => 0.2 * random.normal());
      return [name, trainable.model.weights.get(name) ?? numbers];
    })),
  );
  const step = await device.compile(gradientProgram(trainable, { scalesLoss: true }), {
    frozen: frozenOf(trainable),
    state,
  });
  await step.run({
    ...tinyFeeds(trainable, 1),
    [lossScaleInput]: { shape: [], data: Float32Array.of(scale) },
  });
  const found = await state.read(gradients);
  await step.dispose();
  state.dispose();
  return found;
}

function cosine(a: Float32Array, b: Float32Array): number {
  let [dot, sizeA, sizeB] = [0, 0, 0];
  for (let i = 0; i < a.length; i++) {
    dot += a[i] * b[i];
    sizeA += a[i] ** 2;
    sizeB += b[i] ** 2;
  }
  return dot / Math.sqrt(sizeA * sizeB);
}

const lacks: Partial<Record<Provider, string | undefined>> = {
  cpu: undefined,
  webgpu: await gpuLack("float16"),
};

for (const [name, reason] of Object.entries(lacks)) {
  const provider = name as Provider;
  const test = (what: string, fn: () => Promise<void>) =>
    Deno.test({
      name: `${provider} in float16: ${what}${reason ? ` (${reason})` : ""}`,
      ignore: reason !== undefined,
      fn,
    });

  for (const { title, method, tolerance } of methods) {
    test(`ten losses of ${title} are float32's within ${100 * tolerance} %`, async () => {
      const wanted = await trainTiny(onnxRuntime("cpu"), 10, method);
      const { losses } = await trainTiny(halfOf(provider), 10, method);
      losses.forEach((loss, i) => {
        const apart = Math.abs(loss - wanted.losses[i]) / wanted.losses[i];
        assert.ok(apart <= tolerance, `step ${i + 1}: ${loss}, not ${wanted.losses[i]}`);
      });
    });

    test(`gradients of ${title} point where float32's do`, async () => {
      const wanted = await gradientsOn(onnxRuntime("cpu"), method, 1);
      const found = await gradientsOn(halfOf(provider), method, lossScale);
      for (const [tensor, numbers] of wanted) {
        // Softmax does not see a bias that all keys share: its gradient is rounding alone.
        if (/key\.bias$/.test(tensor)) continue;
        const own = found.get(tensor)!.map((each) => each / lossScale);
        if (numbers.every((each) => each === 0)) {
          assert.ok(own.every((each) => each === 0), tensor);
          continue;
        }
        const close = cosine(own, numbers);
        assert.ok(close >= leastCosine, `${tensor}: cosine ${close}`);
      }
    });
  }

  test("steps that overflow move nothing and halve the scale; the others train", async () => {
    const run = (epochs: number, settings: TrainOptions = {}) =>
      runToy({
        method: full(),
        settings: { learningRate: 5e-3, ...settings, epochs },
        context: { device: halfOf(provider) },
        // A thousand times the loss: gradients are beyond float16 at the first scales.
        objective: (objective) => ({
          ...objective,
          loss: (results, feeds) => tf.mul(objective.loss(results, feeds), 1000),
        }),
      });
    for (const accumulate of [1, 2]) {
      const { losses, lossScale, totalSteps } = await run(20, { accumulate });
      assert.ok(losses.every(Number.isFinite));
      const { scale, skipped } = lossScale!;
      assert.ok(skipped.length < totalSteps / 4, `${skipped.length} of ${totalSteps} steps`);
      assert.equal(scale, 2 ** (16 - skipped.length));
      const count = skipped.filter((step, i) => step === i + 1).length;
      assert.ok(count > 0);
      assert.ok(losses.at(-1)! < 0.7 * losses[0], `${losses[0]} → ${losses.at(-1)}`);
      const stepsPerEpoch = totalSteps / 20;
      const [before, after] = [
        await run(0, { accumulate }),
        await run(count / stepsPerEpoch, { accumulate }),
      ];
      assert.equal(after.step, count);
      assert.deepEqual(after.values, before.values);
    }
  });
}

Deno.test("a run in float16 goes on from a checkpoint with its scale, bit by bit", () =>
  inFolder(async (folder) => {
    const run = (settings: TrainOptions, context: Partial<TrainContext> = {}) =>
      runToy({
        model: { dropout: 0.2 },
        settings,
        context: { device: halfOf("cpu"), ...context },
        objective: (objective) => ({
          ...objective,
          loss: (results, feeds) => tf.mul(objective.loss(results, feeds), 1000),
        }),
      });
    const whole = await run({});
    const stop = new AbortController();
    const onStep = ({ step }: { step: number }) => step === 8 && stop.abort();
    const first = await run({ checkpoints: folder }, { signal: stop.signal, onStep });
    assert.equal(first.step, 8);
    const second = await run({ checkpoints: folder, resume: true });
    assert.ok(whole.lossScale!.skipped.length > 0);
    assert.deepEqual(second.lossScale, whole.lossScale);
    assert.deepEqual(second.losses, whole.losses);
    assert.deepEqual(second.values, whole.values);
  }));

Deno.test("gradients that no scale brings into float16 are a divergence that says so", async () => {
  await assert.rejects(
    () =>
      runToy({
        settings: { epochs: 10 },
        context: { device: halfOf("cpu") },
        objective: (objective) => ({
          ...objective,
          loss: (results, feeds) => tf.mul(objective.loss(results, feeds), 1e8),
        }),
      }),
    isMistake("diverged", "step 17: a gradient is not finite", 'precision "float32"'),
  );
});
