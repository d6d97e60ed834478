/**
 * Data sets of images that people reported as read wrongly by timm, ultralytics and the tools of COCO. The
 * addresses of the reports stand in LOG.md.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  boxPredictions,
  imageFolder,
  meanAveragePrecision,
  objectDetection,
  readCoco,
  readVoc,
  readYolo,
  type Table,
  tableFromRows,
} from "tunebook";
import { blankPng, inFiles } from "../data/images/in_files.ts";
import { isMistake } from "../is_mistake.ts";

const image = blankPng(100, 50);

/** The objects that YOLO's files describe. */
function yolo(
  yaml: string,
  lines: string,
  more: Readonly<Record<string, string | Uint8Array>> = {},
): Promise<readonly unknown[]> {
  const files = {
    "images/1.png": image,
    "labels/1.txt": lines,
    "data.yaml": `train: images\n${yaml}\n`,
    ...more,
  };
  return inFiles(
    files,
    async (folder) => [...(await readYolo(join(folder, "data.yaml"))).array("objects")],
  );
}

const labelsIn = (objects: readonly unknown[]) =>
  (objects as { label: string }[][]).flat().map(({ label }) => label);

Deno.test("a box with key points is that box, and no outline", async () => {
  const box = [{ box: [40, 20, 20, 10], label: "cat" }];
  const flat = yolo("kpt_shape: [2, 2]\nnames: [cat]", "0 .5 .5 .2 .2 .9 .9 .1 .1");
  assert.deepEqual(await flat, [box]);
  const seen = yolo("kpt_shape: [2, 3]\nnames: [cat]", "0 .5 .5 .2 .2 .9 .9 2 0 0 0");
  assert.deepEqual(await seen, [box]);
  await assert.rejects(
    yolo("kpt_shape: [17, 2]\nnames: [cat]", "0 .5 .5 .2 .2 .9 .9 .1 .1"),
    isMistake("data", "labels/1.txt line 1 has 9 numbers; with this kpt_shape there are 39"),
  );
  await assert.rejects(
    yolo("kpt_shape: 17\nnames: [cat]", "0 .5 .5 .2 .2"),
    isMistake("data", 'kpt_shape "17"'),
  );
});

Deno.test("names of classes are the texts that stand in the YAML", async () => {
  const names = ["01", "True", "no", "1e3", "null", "1.0"];
  const lines = names.map((_, at) => `${at} .5 .5 .${at + 1} .1`).join("\n");
  assert.deepEqual(labelsIn(await yolo(`names: [${names.join(", ")}]`, lines)), names);
  const byNumber = names.map((name, at) => `  ${at}: ${name}`).join("\n");
  assert.deepEqual(labelsIn(await yolo(`nc: 6\nnames:\n${byNumber}`, lines)), names);
  await assert.rejects(
    yolo("nc: 3\nnames: [a, a]", "0 .5 .5 .1 .1"),
    isMistake("data", 'the classes 0 and 1 are named "a"', 'nc is "3", but names has 2'),
  );
});

Deno.test("labels beside the images of one folder are found as those of others are", async () => {
  const more = { "images/near/2.png": image, "images/near/2.txt": "0 .5 .5 .1 .1\n" };
  const objects = await yolo("names: [cat]", "0 .5 .5 .2 .2", more);
  assert.deepEqual(labelsIn(objects), ["cat", "cat"]);
});

Deno.test("an image of a kind that cannot be read is named, not left out", async () => {
  await assert.rejects(
    yolo("names: [cat]", "0 .5 .5 .2 .2", { "images/2.bmp": "BM0000" }),
    isMistake("data", "images/2.bmp is a BMP image"),
  );
});

Deno.test("images of another size than their annotations say are errors", async () => {
  const coco = (width: number, height: number) =>
    JSON.stringify({
      images: [{ id: 1, file_name: "1.png", width, height }],
      categories: [{ id: 1, name: "cat" }],
      annotations: [{ id: 0, image_id: 1, category_id: 1, bbox: [4, 5, 20, 30] }],
    });
  const voc = (width: number, height: number) =>
    `<annotation><filename>1.png</filename>
      <size><width>${width}</width><height>${height}</height></size>
      <object><name>cat</name><bndbox><xmin>5</xmin><ymin>6</ymin><xmax>24</xmax><ymax>35</ymax>
      </bndbox></object></annotation>`;
  const read = (width: number, height: number, reader: "coco" | "voc") =>
    inFiles({
      "1.png": image,
      ...(reader === "coco" ? { "c.json": coco(width, height) } : { "1.xml": voc(width, height) }),
    }, async (folder) => {
      const table = await (reader === "coco" ? readCoco(join(folder, "c.json")) : readVoc(folder));
      return table.get("objects", 0);
    });
  for (const reader of ["coco", "voc"] as const) {
    const right = await read(100, 50, reader);
    assert.deepEqual(right, [{ box: [4, 5, 20, 30], label: "cat" }]);
    await assert.rejects(
      read(200, 100, reader),
      isMistake("data", "says that its image has 200 × 100 pixels, but it has 100 × 50"),
    );
    await assert.rejects(
      read(50, 100, reader),
      isMistake("data", "but it has 100 × 50 once it is upright"),
    );
  }
});

Deno.test("boxes that are parts of the sides are no pixels", async () => {
  const task = objectDetection({ image: "image", objects: "objects" });
  const rows = (box: readonly number[]): Table =>
    tableFromRows([{ image: "1.png", objects: [{ box, label: "cat" }] }]);
  task.checkRows(rows([0, 0, 2, 1]), "the data");
  assert.throws(
    () => task.checkRows(rows([0.04, 0.1, 0.2, 0.6]), "the data"),
    isMistake("data", "all boxes lie in the first pixel", "multiply with the width and the height"),
  );
  const json = JSON.stringify({
    images: [{ id: 1, file_name: "1.png", width: 100, height: 50 }],
    categories: [{ id: 1, name: "cat" }],
    annotations: [{ id: 1, image_id: 1, category_id: 1, bbox: [0.04, 0.1, 0.2, 0.6] }],
  });
  await inFiles(
    { "1.png": image, "c.json": json },
    (folder) =>
      assert.rejects(readCoco(join(folder, "c.json")), isMistake("data", "in the first pixel")),
  );
});

Deno.test("an annotation of the number 0 counts, and the same boxes are found wholly", () => {
  const truth = [[
    { box: [50, 50, 100, 100], label: "cat" },
    { box: [200, 200, 100, 100], label: "cat" },
  ]] as const;
  const predicted = [truth[0].map((each) => ({ ...each, score: 1 }))];
  const predictions = boxPredictions({ labels: ["cat"], truth, predicted });
  assert.equal(meanAveragePrecision.compute(predictions), 1);
});

Deno.test("folders of classes are told by their names, whichever a split lacks", () =>
  inFiles({
    "train/0/1.png": image,
    "train/2/1.png": image,
    "train/10/1.png": image,
    "train/180/1.png": image,
    "train/.ipynb_checkpoints/1.png": image,
    "val/2/1.png": image,
    "val/180/1.png": image,
  }, async (folder) => {
    const table = await imageFolder(folder);
    const own = table.objects().filter((row) => (row as { split: string }).split === "validation");
    assert.deepEqual(own.map((row) => (row as { label: string }).label), ["180", "2"]);
    const numbers = new Set(table.array("label") as string[]);
    assert.deepEqual([...numbers].sort((a, b) => +a - +b), ["0", "2", "10", "180"]);
  }));
