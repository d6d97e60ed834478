import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { emoji } from "../../datasets/mod.ts";
import {
  accuracy,
  adapter,
  head,
  imageClassification,
  lora,
  merged,
  model,
  open,
  type OpenModel,
} from "../../mod.ts";

const reference = "npm:@vladmandic/human@3.3.6#models/centernet.json";

/** A few steps on a few emoji. */
async function planOf() {
  const rows = await emoji({ rows: 60 });
  const image = (rows.object(0) as { image: string }).image;
  const data = model(reference, { preprocessor: { size: 64 } })
    .data(rows, imageClassification({ image: "image", label: "category" }), { test: 0.3 });
  return { data, image };
}

async function sameAnswer(opened: OpenModel, image: string, expected: Record<string, number>) {
  const [{ probabilities }] = await opened.predict([image]);
  for (const [label, probability] of Object.entries(expected)) {
    assert.ok(Math.abs(probabilities[label] - probability) < 1e-5, label);
  }
  await opened.dispose();
}

Deno.test("a new head of a graph is trained, and the merged folder opens without the graph", async () => {
  const { data, image } = await planOf();
  const out = await Deno.makeTempDir();
  const result = await data.adapt(head()).train({ epochs: 2, batchSize: 8 }).evaluate({ accuracy })
    .deploy(merged(out)).run({ quiet: true });
  assert.match(String(result), /centernet\.json\?size=64/);
  const [{ probabilities }] = await result.predict([image]);
  await result.dispose();
  const config = JSON.parse(await Deno.readTextFile(`${out}/config.json`));
  assert.deepEqual([config.model_type, config.image_size], ["graph", [64, 64]]);
  await sameAnswer(await open(`file:${out}`), image, probabilities);
  await Deno.remove(out, { recursive: true });
});

Deno.test("LoRA acts on a graph's convolutions, and its folder opens the graph again", async () => {
  const { data, image } = await planOf();
  const out = await Deno.makeTempDir();
  const targets = ["extern1", "project"];
  const result = await data.adapt(lora({ rank: 2, targets })).train({ epochs: 1, batchSize: 8 })
    .evaluate({ accuracy }).deploy(adapter(out)).run({ quiet: true });
  const [{ probabilities }] = await result.predict([image]);
  await result.dispose();
  const config = JSON.parse(await Deno.readTextFile(`${out}/adapter_config.json`));
  assert.equal(config.base_model_name_or_path, `${reference}?size=64`);
  assert.deepEqual(config.target_modules.sort(), targets);
  await sameAnswer(await open(`file:${out}`), image, probabilities);
  // A graph of this machine is named by its path, with what is said of it.
  const file = new URL(
    "../../node_modules/@vladmandic/human/models/centernet.json",
    import.meta.url,
  );
  const base = `${fileURLToPath(file)}?size=64`;
  const local = JSON.stringify({ ...config, base_model_name_or_path: base });
  await Deno.writeTextFile(`${out}/adapter_config.json`, local);
  await sameAnswer(await open(`file:${out}`), image, probabilities);
  await Deno.remove(out, { recursive: true });
});

Deno.test("a plan says what is wrong with what is said of a graph", () => {
  assert.throws(
    () => model(reference, { preprocessor: { size: 0, order: "brg" as "bgr" } }),
    /size .*\n.*order/s,
  );
  assert.throws(() => model("npm:some-model", { head: { at: "a" } }), /are for graphs/);
});
