import assert from "node:assert/strict";
import { join } from "node:path";
import { head } from "../../lib/adapters/head.ts";
import { loadModel } from "../../lib/models/load_model.ts";
import { keepLayers, type KeptLayers } from "../../lib/models/kept_layers.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { merged } from "../../lib/deploy/merged.ts";
import { onnx } from "../../lib/deploy/onnx.ts";
import { accuracy } from "../../lib/metrics/accuracy.ts";
import { model } from "../../lib/pipeline/model.ts";
import { Plan } from "../../lib/pipeline/plan.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { toyFolder } from "../pipeline/toy_folder.ts";
import { goldenPath } from "./golden.ts";

const columns = { text: "text", label: "mood", seed: 1 };

Deno.test("a model of its first layers has their weights, and no others", async () => {
  const folder = goldenPath("models/bert");
  const files = { config: `${folder}/config.json`, weights: `${folder}/model.safetensors` };
  const load = (layers?: number) =>
    loadModel({ reference: folder, ...files, outputs: 3, seed: 1, layers });
  const [whole, first] = [await load(), await load(1)];
  assert.equal(whole.config.numLayers, 2);
  assert.deepEqual([first.config.numLayers, first.json.num_hidden_layers], [1, 1]);
  const left = [...whole.weights.keys()].filter((path) => !first.weights.has(path));
  assert.ok(left.length > 0 && left.every((path) => path.startsWith("encoder.layer.1.")));
  for (const [path, values] of first.weights) assert.deepEqual(values, whole.weights.get(path));
  assert.deepEqual((await load(2)).config, whole.config);
  await assert.rejects(load(3), isMistake("input", "layers is 3, but the model has 2 layers"));
});

Deno.test("a model of chosen layers has their weights under its own numbers", async () => {
  const folder = goldenPath("models/bert");
  const files = { config: `${folder}/config.json`, weights: `${folder}/model.safetensors` };
  const load = (layers?: KeptLayers) =>
    loadModel({ reference: folder, ...files, outputs: 3, seed: 1, layers });
  const [whole, second] = [await load(), await load([1])];
  assert.equal(second.config.numLayers, 1);
  for (const [path, values] of second.weights) {
    assert.deepEqual(values, whole.weights.get(path.replace("layer.0.", "layer.1.")), path);
  }
  const first = await load([0]);
  assert.deepEqual([...first.weights.keys()], [...second.weights.keys()]);
  await assert.rejects(
    load([1, 2]),
    isMistake("input", "layers is [1, 2], but the model has 2 layers, from 0"),
  );
  await assert.rejects(load([1, 0]), isMistake("input", "each after the one before"));
  // Which layers have a window is told by their numbers there.
  const qwen = { family: whole.family, config: whole.config, json: { sliding_window: 8 } };
  assert.throws(
    () => keepLayers({ ...qwen, json: { ...whole.json, ...qwen.json } }, [1]),
    isMistake("unsupported", "keep the first layers"),
  );
});

Deno.test("a run of kept layers is written as a whole model with so many", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    for (
      const [reference, targets] of [
        [await tinyModel(join(folder, "bert")), [merged(`${out}/merged`), onnx(`${out}/onnx`)]],
        [await toyFolder(join(folder, "qwen3"), "qwen3"), [merged(`${out}/merged`)]],
      ] as const
    ) {
      const plan = model(reference, { layers: 1 }).data(moods(40), columns).adapt(lora({ rank: 2 }))
        .train({ epochs: 1 }).evaluate({ accuracy })
        .deploy(...targets);
      assert.match(String(plan), /its first 1 layers/);
      const result = await plan.run({ quiet: true });
      // Both were opened again and compared.
      assert.equal(result.receipts.length, targets.length);
      const config = JSON.parse(await Deno.readTextFile(`${out}/merged/config.json`));
      assert.equal(config.num_hidden_layers, 1);
      await result.dispose();
      await Deno.remove(out, { recursive: true });
    }
  }));

Deno.test("kept layers stand in plan files, and what cannot have them is refused", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "bert"));
    const json = model(base, { layers: 1 }).data("reviews.csv", columns).adapt(head()).train()
      .toJSON();
    assert.equal(json.layers, 1);
    assert.deepEqual(Plan.from(json).toJSON(), json);
    assert.throws(
      () => Plan.from({ ...json, layers: 0 }),
      isMistake("input", "layers is 0, but must be a whole number from 1, or a list"),
    );
    assert.throws(
      () => Plan.from({ ...json, deploy: [{ target: "adapter", folder: "out" }] }),
      isMistake("input", "with layers deploy merged or onnx"),
    );
    assert.throws(() => model(base, { layers: 1.5 }), isMistake("input", "layers is 1.5"));
    const t5 = goldenPath("seq2seq/t5");
    await assert.rejects(
      loadModel({
        reference: t5,
        config: `${t5}/config.json`,
        weights: `${t5}/model.safetensors`,
        head: { name: "language", outputs: 0 },
        seed: 1,
        layers: 1,
      }),
      isMistake("unsupported", "t5 models are not"),
    );
  }));
