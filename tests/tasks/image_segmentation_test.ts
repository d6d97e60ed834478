import assert from "node:assert/strict";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  adapter,
  bitfit,
  dice,
  full,
  head,
  horizontalFlip,
  imageSegmentation,
  type ImageSegmentationOptions,
  lora,
  meanIou,
  merged,
  model,
  onnx,
  open,
  pixelAccuracy,
  Plan,
  randAugment,
  randomResizedCrop,
  type Table,
  tableFromColumns,
  type TrainOptions,
} from "tunebook";
import { jupyterDisplay } from "../../lib/core/display.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";
import { maskPng, sceneLabels, scenes } from "./image_segmentation/scenes.ts";

const size = { hiddenSize: 64, layers: 1, heads: 4, imageSize: 64 } as const;
const quiet = { quiet: true } as const;
const golden = fileURLToPath(new URL("../golden/segmentation", import.meta.url));
const columns = { image: "image", mask: "mask" } as const;

/** What a notebook is shown. */
const bundleOf = async (value: unknown) =>
  await (value as { [jupyterDisplay](): Promise<Record<string, string>> })[jupyterDisplay]();

function planOn(
  rows: Table,
  { options = { labels: sceneLabels }, settings = {} }: {
    readonly options?: Partial<ImageSegmentationOptions>;
    readonly settings?: TrainOptions;
  } = {},
) {
  return model("new:segformer", size)
    .data(rows, imageSegmentation({ ...columns, ...options }), { test: 0.25 })
    .adapt(full())
    .train({ epochs: 10, batchSize: 6, learningRate: 3e-3, ...settings })
    .evaluate({ meanIou, dice, pixelAccuracy });
}

Deno.test("splits of which no pixel counts are refused before a training", () =>
  inFolder(async (folder) => {
    const plan = planOn(await scenes(folder, 8, () => 255));
    await assert.rejects(() => plan.run(quiet), isMistake("data", "no pixel of"));
  }));

Deno.test("a SegFormer learns shapes; its folders and transformers.js answer alike", () =>
  inFolder(async (folder) => {
    const rows = await scenes(folder);
    const [whole, web] = ["whole", "web"].map((name) => join(folder, name));
    const result = await planOn(rows).deploy(merged(whole), onnx(web)).run(quiet);
    const { meanIou: iou, pixelAccuracy: right } = result.scores;
    assert.ok(iou > 0.75, `mean IoU ${iou}`);
    assert.ok(right > 0.9, `pixel accuracy ${right}`);
    assert.equal(result.predictions.kind, "mask");
    const [, { reader, rows: compared, wasm }] = result.receipts;
    assert.equal(wasm!.rows, Math.min(16, compared), "the graph is run in WebAssembly, too");
    assert.equal(reader?.answers?.pipeline, "image-segmentation");
    assert.equal(reader!.answers!.inputs, 6);

    const image = rows.get("image", 0) as string;
    const inputs = [image, await Deno.readFile(image)];
    const own = await result.predict(inputs);
    const [{ mask, labels }] = own;
    assert.deepEqual(labels.map(({ label }) => label).sort(), [...sceneLabels].sort());
    assert.equal(labels.reduce((sum, { area }) => sum + area, 0), mask.width * mask.height);
    assert.deepEqual(own[1].mask, mask);
    const shown = await bundleOf(own);
    assert.match(shown["text/plain"], /0\.png +\d+ × \d+ +ground \d+ %/);
    assert.match(shown["text/html"], /<img alt="ground[^"]*" src="data:image\/png;base64,/);
    // Classes with their scores, the lowest IoU first.
    const scored = await bundleOf(result.scores);
    const first = scored["text/plain"].match(/pixel accuracy\n─+\n(\w+) /)![1];
    const ious = meanIou.perClass.compute(result.predictions);
    assert.equal(ious[first], Math.min(...Object.values(ious)));
    assert.ok(scored["text/html"].includes(ious[first].toFixed(3)));
    const opened = await open(whole);
    assert.deepEqual((await opened.predict(inputs) as typeof own)[0].mask, mask);
    await opened.dispose();

    // Other methods go on from what was learned.
    const tuned = join(folder, "tuned");
    const task = imageSegmentation({ ...columns, labels: sceneLabels });
    for (const method of [lora({ rank: 2 }), head(), bitfit()]) {
      const next = await model(`file:${whole}`).data(rows, task, { test: 0.25 }).adapt(method)
        .train({ epochs: 2, batchSize: 6 }).evaluate({ meanIou })
        .deploy(...(method.method === "lora" ? [adapter(tuned)] : [])).run(quiet);
      assert.ok(next.scores.meanIou > 0.75, `${method.method}: ${next.scores.meanIou}`);
    }
    const again = await open(tuned);
    assert.equal((await again.predict([image]) as typeof own)[0].mask.width, mask.width);
    await again.dispose();
  }));

Deno.test("masks move with their images; Dice, focal and weights are learned; a plan is JSON", () =>
  inFolder(async (folder) => {
    const rows = await scenes(folder);
    const augment = [
      randomResizedCrop({ size: 64, scale: [0.5, 1] }),
      horizontalFlip(),
      randAugment({ operations: 1, magnitude: 4 }),
    ];
    const options = { labels: sceneLabels, augment, dice: 1 };
    const settings = { classWeights: "balanced", focalGamma: 1 } as const;
    const result = await planOn(rows, { options, settings }).run(quiet);
    assert.ok(result.scores.meanIou > 0.6, `mean IoU ${result.scores.meanIou}`);
    const short = { ...settings, epochs: 2 };
    const [one, two] = [
      await planOn(rows, { options, settings: short }).run(quiet),
      await planOn(rows, { options, settings: short }).run(quiet),
    ];
    assert.deepEqual(one.losses, two.losses);
    // Under a head alone, too, where the views of a body that is computed once have their masks with them.
    const frozen = (own: object, cacheFrozen: boolean) =>
      model(`file:${golden}`).data(rows, imageSegmentation({ ...columns, ...own }), { test: 6 })
        .adapt(head()).train({ epochs: 2, batchSize: 6, cacheFrozen }).run(quiet);
    const changing = { labels: sceneLabels, augment };
    const [kept, anew, plain] = [
      await frozen(changing, true),
      await frozen(changing, false),
      await frozen({ labels: sceneLabels }, true),
    ];
    kept.losses.forEach((loss, at) => {
      assert.ok(Math.abs(loss - anew.losses[at]) < 1e-5, `step ${at}: ${loss}`);
      assert.notEqual(loss, plain.losses[at]);
    });
    const plan = planOn("scenes.csv" as never, { options, settings });
    const json = JSON.parse(JSON.stringify(plan));
    assert.deepEqual(JSON.parse(JSON.stringify(Plan.from(json))), json);
  }));

Deno.test("a preview shows masks over their images, before and after chance changes both", () =>
  inFolder(async (folder) => {
    const rows = await scenes(folder, 8);
    const options = { labels: sceneLabels, augment: [randomResizedCrop({ size: 64 })] };
    const preview = await planOn(rows, { options }).preview();
    const titles = preview.examples[0].pictures!.map(({ title }) => title);
    assert.equal(titles.length, 4);
    assert.match(titles[0], /^as the model sees it: ground \d+ %, (?:disc|square) \d+ %/);
    assert.match(titles[3], /^in epoch 3: (?:ground|disc|square) \d+ %/);
    const urls = preview.examples[0].pictures!.map(({ url }) => url);
    assert.equal(new Set(urls).size, 4);
    const [{ pictures: [plain] = [] }] = (await planOn(rows).preview()).examples;
    assert.equal(plain.url, urls[0]);
    // Masks that cannot be read are told.
    await Deno.writeFile(rows.get("mask", 0) as string, new Uint8Array(9));
    await assert.rejects(planOn(rows).preview(), isMistake("data", "the mask of row"));
  }));

Deno.test("labels are the ids of the masks unless given, and ids may be any numbers", () =>
  inFolder(async (folder) => {
    const settings = { epochs: 1 };
    const counted = await scenes(join(folder, "counted"), 8);
    const found = await planOn(counted, { options: {}, settings }).run(quiet);
    assert.deepEqual(found.predictions.labels, ["0", "1", "2"]);
    const spread = await scenes(join(folder, "spread"), 8, (label) => [7, 0, 255][label]);
    const given = { labels: sceneLabels, ids: [7, 0, 255] };
    const named = await planOn(spread, { options: given, settings }).run(quiet);
    assert.deepEqual(named.losses, found.losses);
    const two = await scenes(join(folder, "two"), 8, (label) => label === 0 ? 0 : 255);
    await assert.rejects(
      planOn(two, { options: {}, settings }).run(quiet),
      isMistake("data", "the one id 0, beside 255, which is ignored", "ids: [0, 255]"),
    );
  }));

Deno.test("all masks that cannot be learned are told with their rows, before any training", () =>
  inFolder(async (folder) => {
    const table = await scenes(folder, 8);
    const [images, masks] = ["image", "mask"].map((name) => table.array(name) as string[]);
    await Deno.writeFile(masks[1], maskPng(4, 4, new Uint8Array(16)));
    await Deno.writeFile(masks[2], (await Deno.readFile(masks[2])).slice(0, 60));
    await Deno.copyFile(images[3], masks[3]);
    const unknown = await scenes(join(folder, "unknown"), 5, (label) => label === 2 ? 9 : label);
    await Deno.copyFile(unknown.get("image", 4) as string, images[4]);
    await Deno.copyFile(unknown.get("mask", 4) as string, masks[4]);
    await Deno.writeTextFile(images[6], "a text");
    const rows = tableFromColumns({ image: images, mask: masks });
    const plan = model("new:segformer", size)
      .data(rows, imageSegmentation({ ...columns, labels: sceneLabels }), { test: rows })
      .adapt(full()).train({ epochs: 1 });
    await assert.rejects(
      plan.run(quiet),
      isMistake(
        "data",
        "the mask of row 2 of the data has 4 × 4 pixels, its image",
        "the mask of row 3 of the data is a PNG image that cannot be decoded",
        "the mask of row 4 of the data has colours",
        "the mask of row 5 of the data has ids of no label: 9 (",
        "the 3 labels are 0 to 2, and 255 is ignored",
        "row 7 of the data is text",
      ),
    );
    const empty = tableFromColumns({ image: ["a.png", ""], mask: [null, "b.png"] });
    assert.throws(
      () => imageSegmentation(columns).checkRows(empty, "the data"),
      isMistake(
        "data",
        "the mask of row 1 of the data is missing",
        "row 2 of the data has no image",
      ),
    );
  }));

Deno.test("answers and the loss are transformers'", () =>
  inFolder(async (folder) => {
    const expected: { loss: number; rows: Record<"image" | "mask", string>[] } = JSON.parse(
      await Deno.readTextFile(join(golden, "expected.json")),
    );
    const bytes = (name: "image" | "mask") =>
      expected.rows.map(({ [name]: text }) => Uint8Array.fromBase64(text));
    const opened = await open(golden);
    const answers = await opened.predict(bytes("image")) as { mask: { data: Uint8Array } }[];
    await opened.dispose();
    for (const [row, { mask: { data } }] of answers.entries()) {
      assert.deepEqual([...data], (expected.rows[row] as never as { answer: number[] }).answer);
    }
    const rows = tableFromColumns({ image: bytes("image"), mask: bytes("mask") });
    const task = imageSegmentation({ ...columns, labels: ["circle", "square", "star"] });
    const { losses } = await model(`file:${golden}`).data(rows, task, { test: rows }).adapt(full())
      .train({ epochs: 1, batchSize: 3, learningRate: 1e-9, checkpoints: join(folder, "kept") })
      .run(quiet);
    assert.ok(Math.abs(losses[0] - expected.loss) < 1e-5, `${losses[0]}, ${expected.loss} there`);
  }));

Deno.test("a MobileNetV2 makes masks in transformers.js; one that crops images is refused", () =>
  inFolder(async (folder) => {
    const rows = await scenes(join(folder, "scenes"), 8);
    const deeplab = new URL("../golden/vision/mobilenet_v2-masks/", import.meta.url);
    const config = JSON.parse(await Deno.readTextFile(new URL("config.json", deeplab)));
    const own = join(folder, "model");
    await Deno.mkdir(own);
    const write = (name: string, json: object) =>
      Deno.writeTextFile(join(own, name), JSON.stringify(json));
    await write("config.json", { ...config, image_size: 64 });
    await Deno.copyFile(
      new URL("model.safetensors", deeplab),
      join(own, "model.safetensors"),
    );
    const side = { height: 64, width: 64 };
    const preprocessor = { image_processor_type: "MobileNetV2ImageProcessor", crop_size: side };
    const web = join(folder, "web");
    const plan = () =>
      model(`file:${own}`)
        .data(rows, imageSegmentation({ ...columns, labels: sceneLabels }), { test: 0.25 })
        .adapt(head()).train({ epochs: 1, batchSize: 6 }).evaluate({ meanIou }).deploy(onnx(web));
    await write("preprocessor_config.json", {
      ...preprocessor,
      size: { shortest_edge: 72 },
      do_center_crop: true,
    });
    await assert.rejects(plan().run(quiet), isMistake("unsupported", "crops or pads images"));
    await write("preprocessor_config.json", { ...preprocessor, size: side, do_center_crop: false });
    const { receipts: [{ reader }] } = await plan().run(quiet);
    assert.equal(reader?.answers?.inputs, 2);
    const named = JSON.parse(await Deno.readTextFile(join(web, "preprocessor_config.json")));
    assert.equal(named.image_processor_type, "SegformerImageProcessor");
  }));

Deno.test("options that make no sense are told together", () => {
  assert.throws(
    () =>
      imageSegmentation({
        image: "a",
        mask: "a",
        labels: ["x", "y"],
        ids: [0, 1, 2],
        ignore: 1,
        crossEntropy: 0,
        augment: [{ name: "mixup" }],
      }),
    isMistake(
      "input",
      "must be different columns",
      "ids has 3 numbers for 2 labels",
      'ignore is 1, but that is the label "y"',
      "nothing is learned",
      "masks cannot be mixed",
    ),
  );
});
