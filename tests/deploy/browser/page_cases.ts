/**
 * A page for each kind of task, what it is asked in Chromium, and what its answer must say.
 *
 * @module
 */
import { join } from "node:path";
import {
  browser,
  chat,
  full,
  imageClassification,
  imageSegmentation,
  lora,
  model,
  objectDetection,
  type RunResult,
  type SegmentedImage,
  type Table,
  tableFromColumns,
} from "tunebook";
import type { AnyTask } from "../../../lib/pipeline/plan_spec.ts";
import { columnValues } from "../../../lib/table/columns.ts";
import { maskedSquares } from "../images/masked_squares.ts";
import { goldenPath } from "../../models/golden.ts";
import { tinyModel } from "../../pipeline/tiny.ts";
import { squares } from "../../tasks/object_detection/squares.ts";
import { goldenTraining, trainedModel, trainedTasks } from "../../tasks/text2text/training.ts";
import { anyReaderTask, maxTokens, readerRows, type ReaderTask } from "../reader_rows.ts";

/** What is typed into a page, and what it must then show. */
export interface AskedPage {
  /** The folder of the page. */
  readonly folder: string;
  /** The fields by their ids; `image` is the path of a file. */
  readonly fields: Readonly<Record<string, string>>;
  /** Pieces of the answer's text, in their order. */
  readonly shown: readonly string[];
}

/** Trains a tiny model, deploys its page into the folder and asks the trained model the same. */
export type PageCase = (folder: string) => Promise<AskedPage>;

const rows = readerRows(40);
const percent = (score: number) => `${(100 * score).toFixed(1)} %`;
const quiet = { quiet: true } as const;

function textPage(
  name: ReaderTask,
  input: unknown,
  fields: Readonly<Record<string, string>>,
  // deno-lint-ignore no-explicit-any
  shownOf: (answer: any) => readonly string[],
): PageCase {
  return async (folder) => {
    const page = join(folder, "page");
    const result = await model(await tinyModel(join(folder, "base")))
      .data(rows, anyReaderTask[name] as AnyTask, { test: rows })
      .adapt(name === "tags" ? full() : lora({ rank: 2 })).train({
        epochs: name === "answers" || name === "tags" ? 20 : 2,
        learningRate: 1e-2,
        maxTokens,
      })
      .deploy(browser(page)).run(quiet);
    const [answer] = await result.predict([input]);
    await result.dispose();
    return { folder: page, fields, shown: shownOf(answer) };
  };
}

const text = "the film was lovely and the food was awful";

function labelsShown({ probabilities }: { probabilities: Record<string, number> }): string[] {
  return Object.entries(probabilities).sort(([, a], [, b]) => b - a)
    .flatMap(([label, score]) => [label, percent(score)]);
}

/** All kinds, by name. */
export const pageCases: Readonly<Record<string, PageCase>> = {
  labels: textPage("labels", text, { text }, labelsShown),
  pairs: textPage("pairs", [text, "the film"], { text, pair: "the film" }, labelsShown),
  several: textPage("several", text, { text }, labelsShown),
  numbers: textPage("numbers", text, { text }, ({ label }) => [
    Number(label).toLocaleString("en", { maximumFractionDigits: 4 }),
  ]),
  tags: textPage(
    "tags",
    text,
    { text },
    ({ spans }) =>
      spans.flatMap((
        { label, text }: { label: string; text: string },
      ) => [text, label.replace(/^B-/, "")]),
  ),
  answers: textPage(
    "answers",
    { question: "it was ?", context: text },
    { question: "it was ?", context: text },
    ({ text }) => [text],
  ),
  vectors: vectorPage,
  text: writtenPage,
  chat: chatPage,
  target: targetPage,
  imageLabels: imageLabelsPage,
  boxes: boxesPage,
  masks: masksPage,
};

async function vectorPage(folder: string): Promise<AskedPage> {
  const page = join(folder, "page");
  const result = await model(await tinyModel(join(folder, "base")))
    .data(rows, anyReaderTask.vectors as AnyTask, { test: rows })
    .adapt(lora({ rank: 2 })).train({ epochs: 1, maxTokens }).deploy(browser(page)).run(quiet);
  const lines = ["the price was fine", "a broken place", text];
  const [query, ...others] = await result.predict(["the film", ...lines]) as Float32Array[];
  await result.dispose();
  const dot = (a: Float32Array, b: Float32Array) =>
    a.reduce((sum, each, at) => sum + each * b[at], 0);
  const cosines = others.map((each) =>
    dot(query, each) / Math.sqrt(dot(query, query) * dot(each, each))
  );
  const ranked = lines.map((line, at) => ({ line, cosine: cosines[at] }))
    .sort((a, b) => b.cosine - a.cosine);
  return {
    folder: page,
    fields: { query: "the film", lines: lines.join("\n") },
    shown: ranked.flatMap(({ line, cosine }) => [cosine.toFixed(3), line]),
  };
}

async function writtenPage(folder: string): Promise<AskedPage> {
  const page = join(folder, "page");
  const result = await model(await tinyModel(join(folder, "base"), "gpt2"))
    .data(rows, { text: "text", test: rows })
    .adapt(lora({ rank: 2 })).train({ epochs: 1, maxTokens }).deploy(browser(page)).run(quiet);
  const [written] = await result.generate(["the film"], { maxNewTokens: 8 });
  await result.dispose();
  return { folder: page, fields: { text: "the film", most: "8" }, shown: [written.text] };
}

async function chatPage(folder: string): Promise<AskedPage> {
  const page = join(folder, "page");
  const messages = [
    [{ role: "user", content: "the film" }, { role: "assistant", content: "good" }],
    [{ role: "user", content: "the food" }, { role: "assistant", content: "bad" }],
  ];
  const table = tableFromColumns({ messages });
  const result = await model(`file:${goldenPath("gguf/qwen2.gguf")}`)
    .data(table, chat({ messages: "messages", template: "chatml" }), { test: table })
    .adapt(lora({ rank: 2 })).train({ epochs: 1 }).deploy(browser(page)).run(quiet);
  const [{ text }] = await result.generate([[{ role: "user", content: "the film" }]] as never, {
    maxNewTokens: 8,
  });
  await result.dispose();
  return {
    folder: page,
    fields: { text: "the film", most: "8" },
    shown: ["the film", text.trim()],
  };
}

async function targetPage(folder: string): Promise<AskedPage> {
  const page = join(folder, "page");
  const { table } = await goldenTraining("t5");
  const result = await model(trainedModel("t5")).data(table, trainedTasks.t5, { test: table })
    .adapt(lora({ rank: 2 })).train({ epochs: 1 }).deploy(browser(page)).run(quiet);
  const source = String(table.get("en", 0));
  const [{ text }] = await result.generate([source], { maxNewTokens: 8, beams: 1 });
  await result.dispose();
  return { folder: page, fields: { text: source, most: "8" }, shown: [text.trim()] };
}

/** A page of an image model, and the first held-out image as a file. */
async function imagePage(
  folder: string,
  [reference, sizes]: readonly [string, Readonly<Record<string, number>>],
  table: Table,
  task: AnyTask,
  epochs: number,
): Promise<{ readonly page: string; readonly image: string; readonly result: RunResult<unknown> }> {
  const page = join(folder, "page");
  const result = await model(reference, sizes).data(table, task, { test: table })
    .adapt(full()).train({ epochs, batchSize: 20, learningRate: 3e-3 }).deploy(browser(page))
    .run(quiet);
  const image = join(folder, "image.png");
  await Deno.writeFile(image, columnValues(table, "image")[0] as Uint8Array);
  return { page, image, result: result as RunResult<unknown> };
}

async function imageLabelsPage(folder: string): Promise<AskedPage> {
  const scenes = await squares(40);
  const label = columnValues(scenes, "objects").map((cell) =>
    (cell as { label: string }[])[0].label
  );
  const table = tableFromColumns({ image: columnValues(scenes, "image"), label });
  const { page, image, result } = await imagePage(
    folder,
    ["new:vit", { hiddenSize: 48, layers: 1, heads: 3, imageSize: 32, patchSize: 8 }],
    table,
    imageClassification({ image: "image", label: "label" }) as AnyTask,
    2,
  );
  // deno-lint-ignore no-explicit-any
  const [answer] = await result.predict([await Deno.readFile(image)]) as any[];
  await result.dispose();
  return { folder: page, fields: { image }, shown: labelsShown(answer) };
}

async function boxesPage(folder: string): Promise<AskedPage> {
  const { page, image, result } = await imagePage(
    folder,
    ["new:yolos", { hiddenSize: 48, layers: 2, heads: 3, imageSize: 32, patchSize: 8, queries: 4 }],
    await squares(200),
    objectDetection({ image: "image", objects: "objects", threshold: 0.5 }) as AnyTask,
    15,
  );
  // deno-lint-ignore no-explicit-any
  const [{ objects }] = await result.predict([await Deno.readFile(image)]) as any[];
  await result.dispose();
  const shown = objects.flatMap(({ label, score }: { label: string; score: number }) => [
    `${label}: ${percent(score)}`,
  ]);
  return { folder: page, fields: { image }, shown };
}

async function masksPage(folder: string): Promise<AskedPage> {
  const labels = ["ground", "blue", "red"];
  const { page, image, result } = await imagePage(
    folder,
    ["new:segformer", { hiddenSize: 64, layers: 1, heads: 4, imageSize: 64 }],
    await maskedSquares(30, 64, 1),
    imageSegmentation({ image: "image", mask: "mask", labels }) as AnyTask,
    8,
  );
  const [{ mask }] = await result.predict([await Deno.readFile(image)]) as SegmentedImage[];
  await result.dispose();
  const shares = labels.map((label, id) => ({
    label,
    share: Array.from(mask.data).filter((each) => each === id).length / mask.data.length,
  }));
  const shown = shares.filter(({ share }) => share > 0).sort((a, b) => b.share - a.share)
    .map(({ label, share }) => `${label}: ${percent(share)} of the pixels`);
  return { folder: page, fields: { image }, shown };
}
