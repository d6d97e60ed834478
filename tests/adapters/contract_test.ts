import { batchInputs, batchOf } from "../../lib/nn/batch_inputs.ts";
import assert from "node:assert/strict";
import { type Device, type HostTensor, openDevice, slotPath } from "../../lib/engine/mod.ts";
import type { AttachedMethod } from "../../lib/nn/method.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import type { Model } from "../../lib/nn/model.ts";
import { encode } from "../../lib/nn/encoder.ts";
import { createNet } from "../../lib/nn/create_net.ts";
import { parameters, weightInputs } from "../../lib/nn/trainable_model.ts";
import { trainedTensors } from "../../lib/nn/trained.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { largestDifference, oneHot } from "../models/golden.ts";
import { checkGradients } from "../nn/check_gradients.ts";
import { toyModel, toyRows } from "../nn/toy.ts";
import { runToy } from "../train/toy_run.ts";
import { inFolder } from "../weights/in_folder.ts";
import { projected } from "./projected.ts";
import { averaged, budgeted, penalised, prefix, prompt, scaling } from "./toy_adapters.ts";

const hooks: Record<string, (model: Model) => AttachedMethod> = {
  "output": scaling,
  "input": prompt,
  "keysValues": prefix,
  "penalty": penalised,
  "afterStep": budgeted,
};
const relativeTolerance = 1e-4;

for (const [hook, attach] of Object.entries(hooks)) {
  // 22 rows of 3 to 7 tokens in batches of 4: batches of 4 and 2 rows and of several lengths.
  for (const modelType of ["bert", "roberta", "distilbert"]) {
    Deno.test(`the hook ${hook} trains ${modelType} alike on cpu and tfjs:cpu`, async () => {
      const model = toyModel({ modelType, layers: 2, dropout: 0.1 });
      const run = (device: string) =>
        runToy({ device, on: model, attached: attach(model), settings: { epochs: 2 } });
      const traced = await run("cpu");
      const eager = await run("tfjs:cpu");
      assert.equal(traced.step, 12);
      traced.losses.forEach((loss, i) => {
        const difference = Math.abs(loss / eager.losses[i] - 1);
        assert.ok(difference < relativeTolerance, `step ${i + 1}: ${loss}, ${eager.losses[i]}`);
      });
      const start = initialParameters({ model, adapter: attach(model) }, 1);
      for (const { name } of attach(model).parameters) {
        assert.notDeepEqual(traced.values.get(name), start.get(name), `${name} did not move`);
      }
    });
  }

  Deno.test(`the hook ${hook} has the right gradients`, async () => {
    const model = toyModel();
    const objective = classificationObjective({
      kind: "single",
      outputs: 3,
      targets: oneHot([0, 2, 1, 0, 2], 3),
    });
    const adapter = attach(model);
    const own = new Set(adapter.parameters.map(({ name }) => name));
    const only = (path: string) => own.has(path);
    const checked = await checkGradients({ model, adapter, objective }, { only });
    assert.equal(checked.length, own.size);
  });
}

/** Hidden states [batch, sequence, width] with given parameters of the method. */
async function hiddenOf(
  device: Device,
  model: Model,
  adapter: AttachedMethod,
  batch: Readonly<Record<string, HostTensor>>,
  values: ReadonlyMap<string, Float32Array> = new Map(),
): Promise<HostTensor> {
  const { inputs, names } = weightInputs({ model, adapter });
  const state = device.createState(trainedTensors(model, adapter), [parameters]);
  await state.write(parameters, new Map([...initialParameters({ model, adapter }, 1), ...values]));
  const step = await device.compile({
    name: "hidden",
    inputs: { ...batchInputs(model), ...inputs },
    compute(given) {
      const net = createNet({ tensor: (path) => given[names.get(path)!], adapter });
      return { hidden: encode(net, model, batchOf(given)) };
    },
  }, { frozen: (path) => model.weights.get(path)!, state });
  const { hidden } = await step.run(batch);
  await step.dispose();
  state.dispose();
  return hidden;
}

/** The batch with real tokens before every row. */
function preceded(
  batch: Readonly<Record<string, HostTensor>>,
  tokens: readonly number[],
): Record<string, HostTensor> {
  const before: Record<string, readonly number[]> = {
    input_ids: tokens,
    attention_mask: tokens.map(() => 1),
    token_type_ids: tokens.map(() => 0),
  };
  return Object.fromEntries(
    Object.entries(batch).map(([name, { shape: [rows, length], data }]) => {
      const numbers = Array.from({ length: rows }, (_, row) => [
        ...before[name],
        ...data.slice(row * length, (row + 1) * length),
      ]);
      return [name, {
        shape: [rows, length + tokens.length],
        data: Int32Array.from(numbers.flat()),
      }];
    }),
  );
}

/** The part of hidden states from a position on. */
function from({ shape: [rows, length, width], data }: HostTensor, position: number): number[] {
  return Array.from({ length: rows }, (_, row) => [
    ...data.slice((row * length + position) * width, (row + 1) * length * width),
  ]).flat();
}

const tokens = [5, 11, 7];

for (const modelType of ["bert", "roberta", "distilbert"]) {
  Deno.test(`virtual tokens with the embeddings of real ones are those tokens: ${modelType}`, async () => {
    const device = await openDevice("cpu");
    const model = toyModel({ modelType, layers: 2 });
    const { hiddenSize } = model.config;
    const batch = toyRows(4, { types: model.family.usesTypes ?? false }).feedsOf([0, 1, 2, 3]);
    const table = model.weights.get("embeddings.word_embeddings.weight")!;
    const words = tokens.flatMap((id) => [...table.slice(id * hiddenSize, (id + 1) * hiddenSize)]);
    const real = await hiddenOf(device, model, noAdapter, preceded(batch, tokens));
    const values = new Map([["prompt", Float32Array.from(words)]]);
    const adapter = prompt(model, tokens.length);
    const virtual = await hiddenOf(device, model, adapter, batch, values);
    assert.deepEqual(virtual.shape, real.shape);
    assert.ok(largestDifference(virtual.data, real.data) < 1e-5);
  });
}

for (const modelType of ["bert", "roberta"]) {
  Deno.test(`a prefix with the keys and values of real tokens is those tokens: ${modelType}`, async () => {
    const device = await openDevice("cpu");
    // With one layer a prefix from real tokens does not depend on the row that follows.
    const model = toyModel({ modelType, layers: 1 });
    const batch = toyRows(4, { types: model.family.usesTypes ?? false }).feedsOf([0, 1, 2, 3]);
    const real = await hiddenOf(device, model, noAdapter, preceded(batch, tokens));
    const values = new Map([
      ["prefix.0.keys", projected(model, "key", tokens)],
      ["prefix.0.values", projected(model, "value", tokens)],
    ]);
    const adapter = prefix(model, tokens.length);
    const prefixed = await hiddenOf(device, model, adapter, batch, values);
    // RoBERTa gives padding one position of its own, which a prefix must not move.
    const mask = batch.attention_mask.data;
    const visible = (numbers: ArrayLike<number>) =>
      Array.from(numbers).filter((_, i) => mask[Math.floor(i / model.config.hiddenSize)] === 1);
    const difference = largestDifference(
      visible(prefixed.data),
      visible(from(real, tokens.length)),
    );
    assert.ok(difference < 1e-5, `hidden states differ by ${difference}`);
  });
}

Deno.test("a penalty counts once a step, in however many parts it is computed", async () => {
  const model = toyModel();
  const settings = { order: "shuffled" } as const;
  const run = (more: object) =>
    runToy({
      on: model,
      attached: withoutDropout(penalised(model)),
      settings: { ...settings, ...more },
    });
  const whole = await run({ batchSize: 16 });
  const inParts = await run({ batchSize: 4, accumulate: 4 });
  assert.ok(largestDifference(whole.losses, inParts.losses) < 1e-5);
  for (const [path, values] of whole.values) {
    assert.ok(largestDifference(values, inParts.values.get(path)!) < 1e-5, path);
  }
  const free = await runToy({
    on: model,
    attached: withoutDropout(scaling(model)),
    settings: { ...settings, batchSize: 16 },
  });
  assert.ok(whole.losses[0] > free.losses[0] + 1e-3, "the penalty is not in the loss");
});

function withoutDropout(attached: AttachedMethod): AttachedMethod {
  return {
    ...attached,
    output: (path, x, y, context) =>
      attached.output!(path, x, y, {
        ...context,
        dropout: (x) => x,
      }),
  };
}

Deno.test("what a method does after a step is in the parameters", async () => {
  const model = toyModel();
  const budget = 3;
  const { values } = await runToy({ on: model, attached: budgeted(model, budget) });
  for (const { name } of budgeted(model).parameters) {
    const kept = values.get(name)!.filter((each) => each !== 0);
    assert.equal(kept.length, budget, `${name} keeps ${kept.length} scales`);
  }
});

Deno.test("what a method remembers survives a resume", () =>
  inFolder(async (folder) => {
    const model = toyModel({ dropout: 0.1 });
    const settings = { accumulate: 2, epochs: 4 };
    const options = { on: model, attached: averaged(model) };
    const { seconds: _, stepsHere: __, ...whole } = await runToy({ ...options, settings });
    const stop = new AbortController();
    const onStep = ({ step }: { step: number }) => step === 5 && stop.abort();
    await runToy({
      ...options,
      settings: { ...settings, checkpoints: folder },
      context: { signal: stop.signal, onStep },
    });
    const { seconds: ___, stepsHere: ____, ...resumed } = await runToy({
      ...options,
      settings: { ...settings, checkpoints: folder, resume: true },
    });
    assert.deepEqual(resumed, whole);
  }));

Deno.test("a method sees its gradients as the optimiser used them", async () => {
  const model = toyModel();
  const limit = 0.01;
  const norms: number[] = [];
  for (const accumulate of [1, 2]) {
    await runToy({
      on: model,
      settings: { maxGradientNorm: limit, epochs: 1, accumulate, batchSize: 4 },
      attached: {
        ...scaling(model),
        afterStep({ gradients }) {
          const squares = [...gradients.values()].flatMap((each) => [...each])
            .reduce((sum, each) => sum + each ** 2, 0);
          norms.push(Math.sqrt(squares));
          return undefined;
        },
      },
    });
  }
  assert.equal(norms.length, 6 + 3);
  assert.ok(norms.every((norm) => Math.abs(norm / limit - 1) < 1e-3), String(norms));
});

Deno.test("parameters have names of their own in a program", () => {
  const model = toyModel();
  const { inputs, names, trained } = weightInputs({ model, adapter: prompt(model) });
  assert.equal(names.get("prompt"), slotPath(parameters, "prompt"));
  assert.equal(inputs[slotPath(parameters, "prompt")].role, "state");
  assert.deepEqual(trained, ["classifier.weight", "classifier.bias", "prompt"]);
});
