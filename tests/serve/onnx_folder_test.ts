/** Graphs that were deployed for transformers.js are served as they are. */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  full,
  imageClassification,
  lora,
  model,
  onnx,
  questionAnswering,
  sentenceEmbeddings,
  tableFromColumns,
  textGeneration,
  tokenClassification,
} from "tunebook";
import { pngEncoder } from "../../lib/image/encode_png.ts";
import { onnxBase, onnxFolder } from "../../lib/pipeline/serve/onnx_base.ts";
import { isMistake } from "../is_mistake.ts";
import { tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

/** Numbers of a graph and of the program that was scored differ by their last digits. */
const tolerance = 1e-4;

function assertNear(found: unknown, expected: unknown, path = "answer"): void {
  if (typeof expected === "number") {
    assert.ok(
      Math.abs(found as number - expected) <= tolerance * Math.max(1, Math.abs(expected)),
      `${path}: ${found} and ${expected}`,
    );
  } else if (typeof expected === "object" && expected !== null) {
    const keys = Object.keys(expected);
    assert.deepEqual(Object.keys(found as object), keys, path);
    for (const key of keys) {
      assertNear(
        (found as Record<string, unknown>)[key],
        (expected as Record<string, unknown>)[key],
        `${path}.${key}`,
      );
    }
  } else assert.equal(found, expected, path);
}

/** Asks the folder of a run as a server does, and compares with what the run says. */
async function assertServed(
  folder: string,
  predict: (inputs: readonly never[]) => Promise<unknown[]>,
  inputs: readonly unknown[],
): Promise<void> {
  const reference = `file:${folder}`;
  const base = await onnxBase({ name: "own", reference }, (await onnxFolder(reference))!);
  try {
    const [own] = base.models;
    const asked = inputs.map((input) => ({ model: own, input }));
    const found = await base.predict(asked, new AbortController().signal);
    assertNear([...found], [...await predict(inputs as never[])]);
    await assert.rejects(base.textModel(own), isMistake("unsupported", "own", "writes no texts"));
  } finally {
    await base.dispose();
  }
}

const train = { epochs: 1, batchSize: 4 };
const quiet = { quiet: true };

Deno.test("tags, answers and vectors come from the folder's graph as from the run", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const words = [["the", "cat"], ["a", "film"], ["the", "film"], ["a", "cat"]];
    const rows = tableFromColumns({
      tokens: words,
      tags: words.map(() => ["O", "B-X"]),
      question: words.map((each) => each[0]),
      context: words.map((each) => each.join(" ")),
      answers: words.map((each) => [{ text: each[1], start: each[0].length + 1 }]),
      anchor: words.map((each) => each.join(" ")),
      positive: words.map((each) => each[1]),
    });
    const tasks = {
      tags: tokenClassification({ tokens: "tokens", tags: "tags" }),
      spans: questionAnswering({ question: "question", context: "context", answers: "answers" }),
      vectors: sentenceEmbeddings({ anchor: "anchor", positive: "positive" }),
    };
    const inputs = {
      tags: ["the cat", "a film and a cat"],
      spans: [{ question: "the", context: "a cat and the film" }],
      vectors: ["the cat", "film"],
    };
    for (const [name, task] of Object.entries(tasks)) {
      const target = onnx(join(folder, name));
      const result = await model(reference).data(rows, task as never, { test: rows })
        .adapt(full()).train(train).deploy(target).run(quiet);
      await assertServed(
        target.folder,
        (each) => result.predict(each),
        inputs[name as keyof typeof inputs],
      );
      await result.dispose();
    }
  }));

Deno.test("images are labelled by the folder's graph; a folder of a model that writes is refused", () =>
  inFolder(async (folder) => {
    const encodePng = await pngEncoder();
    const image = (colour: number) =>
      encodePng({ width: 8, height: 8, channels: 3, data: new Uint8Array(192).fill(colour) });
    const images = [10, 200, 30, 230].map(image);
    const rows = tableFromColumns({ image: images, label: ["dark", "light", "dark", "light"] });
    const target = onnx(join(folder, "images"));
    const result = await model("new:vit", {
      hiddenSize: 8,
      layers: 1,
      heads: 1,
      imageSize: 8,
      patchSize: 4,
    })
      .data(rows, imageClassification({ image: "image", label: "label" }), { test: rows })
      .adapt(full()).train(train).deploy(target).run(quiet);
    await assertServed(target.folder, (each) => result.predict(each), images);
    await result.dispose();

    const texts = tableFromColumns({ text: ["a cat", "a film", "the cat", "the film"] });
    const writer = await model("tunebook:english")
      .data(texts, textGeneration({ text: "text" }), { test: texts })
      .adapt(lora()).train({ epochs: 0, samples: 0 }).deploy(onnx(join(folder, "texts")))
      .run(quiet);
    await writer.dispose();
    const reference = `file:${join(folder, "texts")}`;
    await assert.rejects(
      onnxFolder(reference).then((graphs) => onnxBase({ name: "texts", reference }, graphs!)),
      isMistake("unsupported", "step by step", "adapter or merged"),
    );
  }));
