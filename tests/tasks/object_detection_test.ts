import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type AugmentationSpec,
  full,
  head,
  horizontalFlip,
  lora,
  meanAveragePrecision,
  merged,
  mixup,
  model,
  objectDetection,
  onnx,
  open,
  Plan,
  randomResizedCrop,
  type Table,
  tableFromColumns,
  type TrainOptions,
} from "tunebook";
import { jupyterDisplay, type MimeBundle } from "../../lib/core/display.ts";
import { movedFeeds } from "../../lib/tasks/object_detection/moved_feeds.ts";
import { imageRows } from "../../lib/tasks/shared/image_rows.ts";
import { imageProcessor } from "../../lib/image/processor/image_processor.ts";
import { augmentationsOf } from "../../lib/image/augment/augmentations.ts";
import { inFolder } from "../weights/in_folder.ts";
import { isMistake } from "../is_mistake.ts";
import { squares } from "./object_detection/squares.ts";

const side = 32;
const columns = { image: "image", objects: "objects" } as const;
const size = {
  hiddenSize: 48,
  layers: 2,
  heads: 3,
  imageSize: side,
  patchSize: 8,
  queries: 4,
} as const;
const quiet = { quiet: true } as const;
const { at50 } = meanAveragePrecision;

function planOn(
  rows: Table,
  { augment, test = 0.25, settings = {} }: {
    readonly augment?: readonly AugmentationSpec[];
    readonly test?: Table | number;
    readonly settings?: TrainOptions;
  } = {},
) {
  const task = objectDetection({ ...columns, ...(augment ? { augment } : {}) });
  return model("new:yolos", size).data(rows, task, { test })
    .adapt(full())
    .train({ epochs: 1, batchSize: 20, learningRate: 3e-3, ...settings })
    .evaluate({ at50, meanAveragePrecision });
}

Deno.test("a YOLOS learns to find squares; its folders and transformers.js answer alike", () =>
  inFolder(async (folder) => {
    const [rows, test] = [await squares(300), await squares(40, { seed: 2, folder })];
    const [whole, web] = ["whole", "web"].map((name) => join(folder, name));
    const result = await planOn(rows, { test, settings: { epochs: 20 } })
      .deploy(merged(whole), onnx(web)).run(quiet);
    assert.ok(result.scores.at50 > 0.6, `mAP 50 is ${result.scores.at50}`);
    assert.ok(result.scores.meanAveragePrecision < result.scores.at50);
    const [, { reader, rows: compared, wasm }] = result.receipts;
    assert.equal(wasm!.rows, Math.min(16, compared), "the graph is run in WebAssembly, too");
    assert.equal(reader?.answers?.pipeline, "object-detection");
    assert.ok(reader!.answers!.inputs >= 5);
    const images = (test.array("image") as string[]).slice(0, 5);
    const own = await result.predict(images);
    assert.ok(own.flatMap(({ objects }) => objects).length > 0);
    for (const { objects } of own) {
      for (const { label, score, box } of objects) {
        assert.ok(["blue", "red"].includes(label) && score >= 0.5 && box.length === 4);
      }
    }
    const opened = await open(whole);
    (await opened.predict(images)).forEach((found, at) => assertAlike(found, own[at]));
    await opened.dispose();
    const bundle = await (own as unknown as { [jupyterDisplay](): Promise<MimeBundle> })
      [jupyterDisplay]();
    assert.match(bundle["text/plain"], /5 images: .*(red|blue)[\s\S]*left, top, width, height/);
    assert.equal(bundle["text/html"]?.match(/<figure/g)?.length, 5);
    // LoRA and the head alone, on top of what was learnt; the head is kept.
    for (const method of [lora({ rank: 2 }), head()]) {
      const next = await model(`file:${whole}`)
        .data(rows, objectDetection({ ...columns, threshold: 0.1 }), { test })
        .adapt(method).train({ epochs: 1, batchSize: 20, learningRate: 1e-4 })
        .evaluate({ at50 }).run(quiet);
      assert.ok(next.scores.at50 > 0.6, `mAP 50 is ${next.scores.at50}`);
    }
  }));

function assertAlike(
  found: unknown,
  expected: {
    readonly objects: readonly { readonly score: number; readonly box: readonly number[] }[];
  },
): void {
  const { objects } = found as typeof expected;
  assert.equal(objects.length, expected.objects.length);
  objects.forEach(({ score, box }, at) => {
    assert.ok(Math.abs(score - expected.objects[at].score) < 1e-5);
    box.forEach((each, k) => assert.ok(Math.abs(each - expected.objects[at].box[k]) < 1e-3));
  });
}

Deno.test("boxes move along with augmented images, and a plan keeps the task", async () => {
  const rows = await squares(24);
  const augment = [horizontalFlip(), randomResizedCrop({ size: 40, scale: [0.5, 1] })];
  const settings = { epochs: 2, batchSize: 8, accumulate: 2, schedule: "constant" } as const;
  const [first, again] = [
    await planOn(rows, { augment, settings }).run(quiet),
    await planOn(rows, { augment, settings }).run(quiet),
  ];
  assert.deepEqual(first.losses, again.losses);
  const plain = await planOn(rows, { settings }).run(quiet);
  assert.notDeepEqual(plain.losses, first.losses);
  const plan = planOn("scenes.json" as never, { augment });
  const json = JSON.parse(JSON.stringify(plan));
  assert.deepEqual(JSON.parse(JSON.stringify(Plan.from(json))), json);
});

Deno.test("a flip moves boxes to the other side", async () => {
  const rows = await squares(2);
  const pixels = imageProcessor({
    image_processor_type: "YolosImageProcessor",
    size: { height: 16, width: 64 },
    do_pad: false,
  });
  const images = await imageRows(rows, { column: "image", pixels, where: "the data" });
  const objects = [[{ box: [8, 4, 4, 8], label: "red" }], []] as const;
  const feeds = movedFeeds(images, {
    tokens: 1,
    pixels,
    augmentations: augmentationsOf([horizontalFlip({ probability: 1 })]),
    objects,
    sizes: [{ width: side, height: side }, { width: side, height: side }],
    ids: new Map([["red", 0]]),
  });
  assert.deepEqual(feeds.learnt[0].boxes, [10 / 32, 8 / 32, 4 / 32, 8 / 32]);
  const draw = { seed: 1, epoch: 0, step: 0, microBatch: 0 };
  assert.throws(() => feeds.moved(0, draw), isMistake("input", "make the feeds"));
  const { pixel_values } = await feeds.feedsOf([0, 1], draw);
  assert.deepEqual(pixel_values.shape, [2, 3, 16, 64]);
  assert.deepEqual(feeds.moved(0, draw).boxes, [22 / 32, 8 / 32, 4 / 32, 8 / 32]);
  assert.deepEqual(feeds.moved(1, draw).boxes, []);
});

Deno.test("all objects that cannot be learnt are told with their rows", async () => {
  const good = await squares(6);
  const images = good.array("image");
  const objects = good.array("objects") as object[];
  const task = objectDetection(columns);
  const told = (cells: unknown[], ...parts: (string | RegExp)[]) =>
    assert.rejects(
      planOn(tableFromColumns({ image: images, objects: cells }), { test: good }).run(quiet),
      isMistake("data", ...parts as string[]),
    );
  const of = (at: number, cell: unknown) => objects.map((own, row) => row === at ? cell : own);
  await told(
    [null, "a cat", [{ box: [1, 2, 3], label: "red" }], [{ box: [1, 1, 0, 5], label: "red" }], [
      { box: [1, 1, 4, 4], label: " " },
      { box: [1, 1, 4, 4], label: "red", isCrowd: "no" },
    ], objects[5]],
    "row 1 of the data: null is no list of objects",
    'row 2 of the data: "a cat" is no list',
    "row 3 of the data: object 1 has the box [1,2,3], which is not [x, y, width, height]",
    "row 4 of the data: object 1 has the box [1, 1, 0, 5], which is empty",
    "row 5 of the data: object 1 has the label",
    "row 5 of the data: object 2 says isCrowd",
  );
  await told(of(2, [{ box: [30, 1, 9, 9], label: "red" }]), "row 3 of the data", "lies outside");
  const many = Array.from({ length: 5 }, (_, at) => ({ box: [at, 1, 9, 9], label: "red" }));
  await told(of(4, many), "row 5 of the data: 5 objects, but the model looks for 4");
  await told(objects.map(() => []), "there is nothing to find");
  // A class that no training row has.
  const held = tableFromColumns({
    image: images,
    objects: of(1, [{ box: [1, 1, 9, 9], label: "reed" }]),
  });
  await assert.rejects(
    planOn(good, { test: held }).run(quiet),
    isMistake("data", "row 2 of the test data", '"reed"', '"red"'),
  );
  assert.deepEqual(task.report.classes!(good)[0].length > 0, true);
});

Deno.test("images without objects, and crowds, are neither learnt nor missed", async () => {
  const good = await squares(12);
  const objects = (good.array("objects") as object[][]).map((own, at) =>
    at === 0
      ? []
      : at === 1
      ? [...own, { box: [0, 0, 32, 32], label: "red", isCrowd: true, area: 900 }]
      : own
  );
  const rows = tableFromColumns({ image: good.array("image"), objects });
  const { predictions } = await planOn(rows, { test: rows }).run(quiet);
  assert.equal(predictions.kind, "boxes");
  assert.deepEqual(predictions.truth[0], []);
  assert.equal(predictions.truth[1].at(-1)!.isCrowd, true);
  assert.equal(predictions.predicted[0].length, size.queries);
});

Deno.test("rows whose objects are crowds alone are refused by name", async () => {
  const good = await squares(4);
  const objects = (good.array("objects") as object[][]).map(() => [
    { box: [0, 0, 32, 32], label: "red", isCrowd: true, area: 900 },
  ]);
  const rows = tableFromColumns({ image: good.array("image"), objects });
  await assert.rejects(
    () => planOn(rows, { test: 1 }).run(quiet),
    isMistake("data", "crowds alone", "nothing to find"),
  );
});

Deno.test("models without queries and options that make no sense are refused", async () => {
  assert.throws(
    () =>
      objectDetection({
        image: "a",
        objects: "a",
        names: ["x", "x"],
        threshold: 2,
        noObjectWeight: -1,
        augment: [mixup()],
      }),
    isMistake("input", "different columns", "names has", "threshold", "noObjectWeight", "mixup"),
  );
  const rows = await squares(8);
  await assert.rejects(
    model("new:vit", { hiddenSize: 16, layers: 1, heads: 2, imageSize: side })
      .data(rows, objectDetection(columns)).adapt(full()).train({ epochs: 1 }).run(quiet),
    isMistake("unsupported", "boxes"),
  );
});
