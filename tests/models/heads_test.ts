import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { families } from "../../lib/models/mod.ts";
import { isStoredTransposed, transposed, type Weight } from "../../lib/nn/layer.ts";
import { attachTo, bodyPaths, modelWeights, pathPrefix } from "../../lib/nn/model.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { gradientRun, logitsOf } from "../nn/run_trainable_model.ts";
import {
  goldenHeadModel,
  type GoldenTensors,
  headNames,
  largestDifference,
  readGolden,
  realTokens,
} from "./golden.ts";
import { weightedResults } from "./weighted_results.ts";

/** Both sides compute in float32; results are below ten. */
const tolerance = 1e-4;

function batchOf(golden: GoldenTensors, side = ""): GoldenTensors {
  const names = ["input_ids", "attention_mask", "token_type_ids"];
  return Object.fromEntries(
    names.filter((name) => golden[`${side}${name}`]).map((name) => [name, golden[side + name]]),
  );
}

// A part of larger models has the layers of the family that it is written as.
const ownLayers = families.filter(({ decoder, part, input }) =>
  !decoder && !part && input === "text"
);
for (const { modelType, stack, heads } of ownLayers) {
  for (const head of headNames.filter((name) => heads[name])) {
    const folder = `heads/${modelType}-${head}`;
    for (const deviceName of modelType === "bert" ? ["cpu", "tfjs:cpu"] : ["cpu"]) {
      Deno.test(`${modelType}'s head ${head} gives transformers' results, on ${deviceName}`, async () => {
        const golden = await readGolden(`${folder}/expected.safetensors`);
        const model = await goldenHeadModel(folder, head);
        assert.deepEqual(model.fresh, []);
        const objective = weightedResults(model, golden.weights);
        const trainable = { model, adapter: attachTo(model, full()), objective };
        for (const side of stack!.causal ? ["", "left."] : [""]) {
          const batch = batchOf(golden, side);
          const found = await logitsOf(trainable, await openDevice(deviceName), batch);
          assert.deepEqual(found.shape, golden.results.shape);
          const mask = batch.attention_mask.data;
          const difference = largestDifference(
            realTokens(found.data, mask),
            realTokens(golden[`${side}results`].data, mask),
          );
          assert.ok(difference < tolerance, `${side}results differ by ${difference}`);
        }
      });
    }

    Deno.test(`${modelType}'s head ${head} has PyTorch's gradients`, async () => {
      const golden = await readGolden(`${folder}/expected.safetensors`);
      const model = await goldenHeadModel(folder, head);
      const objective = weightedResults(model, golden.weights);
      const trainable = { model, adapter: attachTo(model, full()), objective };
      const run = await gradientRun(trainable, await openDevice("cpu"), batchOf(golden));
      const start = initialParameters(trainable, 1);
      const loss = await run.lossAt(start);
      const gradients = await run.gradientsAt(start);
      await run.dispose();
      assert.ok(Math.abs(loss - Number(golden.loss.data[0])) < tolerance, `the loss is ${loss}`);
      const inner = bodyPaths(model);
      const nameOf = ({ path, layer }: Weight) =>
        `gradient.${inner.has(layer.path) ? pathPrefix(model) : ""}${path}`;
      for (const weight of modelWeights(model)) {
        const found = gradients.get(weight.path);
        const wanted = golden[nameOf(weight)];
        // A pooler stands beside the tokens: it has no gradient, and is not trained.
        assert.equal(found !== undefined, wanted !== undefined, weight.path);
        if (!found) continue;
        const turned = isStoredTransposed(weight) ? transposed(found, weight.shape) : found;
        const difference = largestDifference(turned, wanted.data);
        assert.ok(difference < tolerance, `${weight.path} differs by ${difference}`);
      }
      const names = Object.keys(golden).filter((name) => name.startsWith("gradient."));
      assert.equal(gradients.size, names.length);
    });
  }
}
