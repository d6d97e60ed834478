import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { type HostTensor, openDevice, type Program } from "../../lib/engine/mod.ts";
import { batchInputs, batchOf as textBatch } from "../../lib/nn/batch_inputs.ts";
import { createNet } from "../../lib/nn/create_net.ts";
import { encode } from "../../lib/nn/encoder.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import {
  attachTo,
  bodyPaths,
  frozenWeights,
  type Model,
  modelWeights,
  textConfig,
} from "../../lib/nn/model.ts";
import { weightInputs } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import {
  type LearnedText,
  nextTokenObjective,
} from "../../lib/tasks/shared/next_token_objective.ts";
import { gradientRun, logitsOf } from "../nn/run_trainable_model.ts";
import {
  goldenLanguageModel,
  goldenModel,
  type GoldenTensors,
  largestDifference,
  oneHot,
  readGolden,
  realTokens,
} from "./golden.ts";

/** Both sides compute in float32; hidden states are below a hundred, most differences below 1e-5. */
const tolerance = 2e-5;
const names = [...Deno.readDirSync(new URL("../golden/decoders", import.meta.url))]
  .map(({ name }) => name).filter((name) => !name.includes("-on-")).sort();
const classifiers = names.filter((name) => name.endsWith("-classes"));
const languageModels = names.filter((name) => !name.endsWith("-classes"));
const sides = ["", "left."];

const expected = (name: string) => readGolden(`decoders/${name}/expected.safetensors`);

function batchOf(golden: GoldenTensors, side: string): GoldenTensors {
  return {
    input_ids: golden[`${side}input_ids`],
    attention_mask: golden[`${side}attention_mask`],
  };
}

/** What each layer is given, and what the head is given: [rows, tokens, hiddenSize] each. */
async function hiddenStates(
  model: Model,
  deviceName: string,
  batch: GoldenTensors,
): Promise<HostTensor[]> {
  const { inputs, names } = weightInputs({ model, adapter: noAdapter });
  const frozen = Object.entries(inputs).map(([name, spec]) =>
    [name, { ...spec, role: "frozen" }] as const
  );
  const { numLayers } = model.config;
  const program: Program = {
    name: "hidden states",
    inputs: { ...batchInputs(model), ...Object.fromEntries(frozen) },
    compute(given) {
      const net = createNet({ tensor: (path) => given[names.get(path)!] });
      const at = (until?: number) =>
        encode(net, model, textBatch(given), until === undefined ? {} : { until });
      const before = Array.from({ length: numLayers }, (_, layer) => [`at${layer}`, at(layer)]);
      return { ...Object.fromEntries(before), [`at${numLayers}`]: at() };
    },
  };
  const paths = new Map([...names].map(([path, name]) => [name, path]));
  const weights = frozenWeights(model);
  const device = await openDevice(deviceName);
  const step = await device.compile(program, { frozen: (name) => weights(paths.get(name)!) });
  try {
    const found = await step.run(batch);
    return Array.from({ length: numLayers + 1 }, (_, layer) => found[`at${layer}`]);
  } finally {
    await step.dispose();
  }
}

/** The rows without their padding; a label of −100 does not count. */
function textsOf({ input_ids, attention_mask, labels }: GoldenTensors): LearnedText[] {
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

for (const name of languageModels) {
  for (const deviceName of name.includes("-") ? ["cpu"] : ["cpu", "tfjs:cpu"]) {
    Deno.test(`${name} computes what transformers computes in every layer, on ${deviceName}`, async () => {
      const golden = await expected(name);
      const model = await goldenLanguageModel(`decoders/${name}`);
      const { vocabSize } = textConfig(model);
      const objective = nextTokenObjective({ texts: textsOf(golden), vocabSize });
      const trainable = { model, adapter: attachTo(model, full()), objective };
      for (const side of sides) {
        const batch = batchOf(golden, side);
        const mask = batch.attention_mask.data;
        const wanted = golden[`${side}hidden`];
        const states = await hiddenStates(model, deviceName, batch);
        const size = wanted.data.length / states.length;
        states.forEach(({ data }, layer) => {
          const part = wanted.data.slice(layer * size, (layer + 1) * size);
          const difference = largestDifference(realTokens(data, mask), realTokens(part, mask));
          assert.ok(difference < tolerance, `${side}${layer}: states differ by ${difference}`);
        });
        const { data } = await logitsOf(trainable, await openDevice(deviceName), batch);
        const difference = largestDifference(
          realTokens(data, mask),
          realTokens(golden[`${side}logits`].data, mask),
        );
        assert.ok(difference < tolerance, `${side}logits differ by ${difference}`);
      }
    });
  }

  Deno.test(`${name} has PyTorch's loss and gradients`, async () => {
    const golden = await expected(name);
    const model = await goldenLanguageModel(`decoders/${name}`);
    const { vocabSize } = textConfig(model);
    const objective = nextTokenObjective({ texts: textsOf(golden), vocabSize });
    const trainable = { model, adapter: attachTo(model, full()), objective };
    const run = await gradientRun(trainable, await openDevice("cpu"), batchOf(golden, ""));
    const weights = modelWeights(model);
    const values = new Map(weights.map(({ path }) => [path, model.weights.get(path)!]));
    const loss = await run.lossAt(values);
    const gradients = await run.gradientsAt(values);
    await run.dispose();
    assert.ok(Math.abs(loss - golden.loss.data[0]) < tolerance, `the loss is ${loss}`);
    const inner = bodyPaths(model);
    const nameOf = (path: string, layer: string) =>
      `gradient.${inner.has(layer) ? `${model.family.prefix}.` : ""}${path}`;
    for (const { path, layer } of weights) {
      const wanted = golden[nameOf(path, layer.path)].data;
      const difference = largestDifference(gradients.get(path)!, wanted);
      assert.ok(difference < tolerance, `${path} differs by ${difference}`);
    }
    const stored = Object.keys(golden).filter((name) => name.startsWith("gradient."));
    assert.deepEqual(
      stored.sort(),
      weights.map(({ path, layer }) => nameOf(path, layer.path)).sort(),
    );
  });
}

for (const name of classifiers) {
  Deno.test(`${name} scores classes as transformers does`, async () => {
    const golden = await expected(name);
    const model = await goldenModel(`decoders/${name}`);
    assert.deepEqual(model.fresh, []);
    const objective = classificationObjective({
      kind: "single",
      outputs: 3,
      targets: oneHot(golden.labels.data, 3),
    });
    const trainable = { model, adapter: attachTo(model, full()), objective };
    for (const side of sides) {
      const found = await logitsOf(trainable, await openDevice("cpu"), batchOf(golden, side));
      const difference = largestDifference(found.data, golden[`${side}logits`].data);
      assert.ok(difference < tolerance, `${side}logits differ by ${difference}`);
    }
  });
}
