import assert from "node:assert/strict";
import { join } from "node:path";
import { full, imageClassification, imageFolder, merged, model } from "tunebook";
import { Random } from "../../../lib/core/random.ts";
import { pngEncoder } from "../../../lib/image/encode_png.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import { zeroShot } from "../../../lib/pipeline/advise/zero_shot.ts";
import { openStage } from "../../../lib/pipeline/run/open_stage.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, tinyModel } from "../tiny.ts";

const quiet = { quiet: true } as const;

/** A folder of red and blue images with noise. */
async function colours(folder: string, each: number) {
  const random = Random.fromSeed(1, "colours");
  const encodePng = await pngEncoder();
  const side = 16;
  for (const name of ["blue", "red"]) {
    await Deno.mkdir(join(folder, name), { recursive: true });
    for (let at = 0; at < each; at++) {
      const data = Uint8Array.from({ length: side * side * 3 }, (_, place) => {
        const isOwn = place % 3 === (name === "red" ? 0 : 2);
        return (isOwn ? 110 : 40) + Math.floor(random.uniform() * 100);
      });
      const png = encodePng({ width: side, height: side, channels: 3, data });
      await Deno.writeFile(join(folder, name, `${at}.png`), png);
    }
  }
  return await imageFolder(folder);
}

Deno.test("images: simple classifiers on the trunk, and copies by their looks", () =>
  inFolder(async (folder) => {
    const rows = await colours(join(folder, "images"), 32);
    const task = imageClassification({ image: "image", label: "label" });
    const small = { hiddenSize: 16, layers: 2, heads: 2, imageSize: 16, patchSize: 8 } as const;
    const result = await model("new:vit", small).data(rows, task).adapt(full())
      .train({ epochs: 1 }).deploy(merged(join(folder, "vit"))).run(quiet);
    await result.dispose();
    const advice = await model(`file:${join(folder, "vit")}`).data(rows, task)
      .advise({ measure: false, difference: 0.2 }, quiet);
    assert.equal(advice.verdict.kind, "simple is enough");
    assert.ok(advice.baselines[2].score.mean > 0.9);
    assert.deepEqual(advice.leakage.words, []);
    assert.ok(advice.cost!.seconds > 0 && advice.cost!.bytes > 1e8);
  }));

Deno.test("a decoder is asked by a prompt without training, too", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"), "gpt2");
    const advice = await model(base).data(moods(120), { text: "text", label: "mood" })
      .advise({ measure: false, difference: 0.2 }, quiet);
    assert.deepEqual(advice.baselines.map(({ name }) => name), [
      "majority",
      "nearest neighbours",
      "linear probe",
      "zero-shot prompt",
    ]);
    const { mean } = advice.baselines[3].score;
    // It knows no words: chance is all it has.
    assert.ok(mean > 0.2 && mean < 0.8, `${mean}`);
  }));

Deno.test("a prompt's answer depends on no order of the labels, and long texts are cut before it", () =>
  inFolder(async (folder) => {
    const opened = await openStage({ model: await tinyModel(join(folder, "base"), "gpt2") });
    const device = await openDevice("cpu");
    const texts = [...moods(12).array("text") as string[], "food ".repeat(200)];
    const labels = ["positive", "negative", "very sad"];
    const ask = (labels: readonly string[]) =>
      zeroShot(opened, texts, {
        ...{ labels, device, signal: new AbortController().signal },
        asked: "mood",
        maxTokens: 64,
      });
    const [one, other] = [await ask(labels), await ask(labels.toReversed())];
    assert.deepEqual(one, other);
    assert.ok(new Set(one).size > 1);
  }));

Deno.test("a task whose rows have no one answer: leaks and cost, and the rest says so", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"), "gpt2");
    const advice = await model(base).data(moods(40), { text: "text" }).advise({}, quiet);
    assert.equal(advice.verdict.kind, "undecided");
    assert.ok(advice.unknown.some((each) => each.includes("not told for text-generation")));
    assert.equal(advice.method.method, "lora");
  }));
