import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { openDevice, type Program } from "../../lib/engine/mod.ts";
import { distanceBuckets } from "../../lib/models/relative_positions.ts";
import { batchInputs, batchOf } from "../../lib/nn/batch_inputs.ts";
import { createNet } from "../../lib/nn/create_net.ts";
import { decode } from "../../lib/nn/decoder.ts";
import { encodeMemory } from "../../lib/nn/encoder.ts";
import { headResults } from "../../lib/nn/head_results.ts";
import { attachTo, bodyPaths, frozenWeights, type Model, textConfig } from "../../lib/nn/model.ts";
import { weightInputs } from "../../lib/nn/trainable_model.ts";
import { trainedWeights } from "../../lib/nn/trained.ts";
import { noAdapter } from "../../lib/nn/merge.ts";
import { targetObjective } from "../../lib/tasks/text2text/objective.ts";
import { gradientRun } from "../nn/run_trainable_model.ts";
import { seq2seqBatch, seq2seqModels, seq2seqTargets } from "./seq2seq_batch.ts";
import {
  goldenLanguageModel,
  type GoldenTensors,
  largestDifference,
  readGolden,
  realTokens,
} from "./golden.ts";

/** Of float32 sums in another order, and of logits above 1 their share. */
const tolerance = 1e-5;
/** Of gradients, which sum over all tokens. */
const gradientTolerance = 1e-4;

/** Hidden states of the encoder and of the decoder, and the logits. */
async function run(model: Model, deviceName: string, batch: GoldenTensors) {
  const { inputs } = weightInputs({ model, adapter: noAdapter });
  const program: Program = {
    name: "encoder and decoder",
    inputs: {
      ...batchInputs(model),
      ...Object.fromEntries(
        Object.entries(inputs).map(([name, spec]) => [name, { ...spec, role: "frozen" as const }]),
      ),
    },
    compute(given) {
      const net = createNet({ tensor: (path) => given[path] });
      const fed = batchOf(given);
      const memory = encodeMemory(net, model, fed);
      return {
        encoder: memory.x,
        decoder: decode(net, model, fed.decoder!, memory),
        logits: headResults(
          net,
          { model, objective: { head: { name: "language", outputs: 0 } } },
          given,
        ),
      };
    },
  };
  const device = await openDevice(deviceName);
  const step = await device.compile(program, { frozen: frozenWeights(model) });
  try {
    return await step.run(batch);
  } finally {
    await step.dispose();
  }
}

for (const name of seq2seqModels) {
  for (const deviceName of ["cpu", "tfjs:cpu"]) {
    Deno.test(`${name} computes what transformers computes, on ${deviceName}`, async () => {
      const golden = await readGolden(`seq2seq/${name}/expected.safetensors`);
      const model = await goldenLanguageModel(`seq2seq/${name}`);
      for (const side of ["", "left."]) {
        const of = (key: string) => golden[`${side}${key}`];
        const batch = {
          input_ids: of("input_ids"),
          attention_mask: of("attention_mask"),
          decoder_input_ids: of("decoder_input_ids"),
          decoder_attention_mask: of("decoder_attention_mask"),
        };
        const found = await run(model, deviceName, batch);
        for (const key of ["encoder", "decoder", "logits"]) {
          const mask = of(key === "encoder" ? "attention_mask" : "decoder_attention_mask").data;
          const difference = largestDifference(
            realTokens(found[key].data, mask),
            realTokens(of(key).data, mask),
          );
          const largest = Math.max(1, ...Array.from(of(key).data, Math.abs));
          assert.ok(difference < tolerance * largest, `${side}${key} differs by ${difference}`);
        }
      }
    });
  }

  for (const gradientCheckpointing of [false, true]) {
    const how = gradientCheckpointing ? " with checkpointed blocks" : "";
    Deno.test(`${name} has PyTorch's loss and gradients${how}`, async () => {
      const golden = await readGolden(`seq2seq/${name}/expected.safetensors`);
      const model = await goldenLanguageModel(`seq2seq/${name}`);
      assert.deepEqual(model.head, []);
      const { vocabSize } = textConfig(model);
      const objective = targetObjective({ targets: seq2seqTargets(golden), vocabSize });
      const trainable = { model, adapter: attachTo(model, full()), objective };
      const device = await openDevice("cpu");
      const run = await gradientRun(trainable, device, seq2seqBatch(model, golden), {
        gradientCheckpointing,
      });
      const weights = trainedWeights(model, trainable.adapter);
      const values = new Map(weights.map(({ path }) => [path, model.weights.get(path)!]));
      const loss = await run.lossAt(values);
      const gradients = await run.gradientsAt(values);
      await run.dispose();
      assert.ok(Math.abs(loss - golden.loss.data[0]) < tolerance, `the loss is ${loss}`);
      const inner = bodyPaths(model);
      const { prefix } = model.family;
      const nameOf = (path: string, layer: string) =>
        `gradient.${inner.has(layer) && prefix !== "" ? `${prefix}.` : ""}${path}`;
      for (const { path, layer } of weights) {
        const expected = golden[nameOf(path, layer.path)];
        const difference = largestDifference(gradients.get(path)!, expected.data);
        assert.ok(difference < gradientTolerance, `${path} differs by ${difference}`);
      }
      assert.deepEqual(
        Object.keys(golden).filter((key) => key.startsWith("gradient.")).sort(),
        weights.map(({ path, layer }) => nameOf(path, layer.path)).sort(),
      );
    });
  }
}

Deno.test("distances have transformers' classes", async () => {
  const url = new URL("../golden/seq2seq/buckets.json", import.meta.url);
  const { cases } = JSON.parse(await Deno.readTextFile(url));
  for (const { buckets, ...classes } of cases) {
    assert.deepEqual([...distanceBuckets(classes)], buckets, JSON.stringify(classes));
  }
});
