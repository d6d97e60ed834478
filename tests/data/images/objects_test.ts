import assert from "node:assert/strict";
import { join } from "node:path";
import { readCoco } from "../../../lib/data/images/read_coco.ts";
import { readVoc } from "../../../lib/data/images/read_voc.ts";
import { readYolo } from "../../../lib/data/images/read_yolo.ts";
import type { ImageObject } from "../../../lib/image/image_object.ts";
import { maskArea } from "../../image/masks/mask_area.ts";
import type { Table } from "../../../lib/table/table.ts";
import { blankPng, inFiles } from "./in_files.ts";

const objectsOf = (table: Table, row: number) => table.get("objects", row) as ImageObject[];

async function mistakesOf(work: Promise<unknown>, parts: readonly RegExp[]): Promise<void> {
  await assert.rejects(work, (error: Error & { kind?: string }) => {
    assert.equal(error.kind, "data");
    for (const part of parts) assert.match(error.message, part);
    return true;
  });
}

const png = blankPng(100, 50);
const images = [{ id: 1, file_name: "a/1.png", width: 100, height: 50 }];
const categories = [{ id: 7, name: "cat" }];
const coco = (annotations: unknown[], more = {}) =>
  JSON.stringify({ images, categories, annotations, ...more });

Deno.test("COCO's JSON gives boxes, masks, crowds and areas", async () => {
  const annotations = [
    {
      id: 1,
      image_id: 1,
      category_id: 7,
      bbox: [1, 2, 3, 4.5],
      area: 12,
      segmentation: [[1, 2, 4, 2, 4, 6]],
    },
    {
      id: 2,
      image_id: 1,
      category_id: 7,
      bbox: [0, 0, 100, 50],
      iscrowd: 1,
      segmentation: { size: [50, 100], counts: [0, 5000] },
    },
  ];
  await inFiles({ "coco.json": coco(annotations), "a/1.png": png }, async (folder) => {
    const table = await readCoco(join(folder, "coco.json"));
    assert.deepEqual(table.columnNames(), ["image", "objects", "imageId"]);
    assert.equal(table.get("image", 0), join(folder, "a/1.png"));
    const [first, crowd] = objectsOf(table, 0);
    assert.deepEqual(first.box, [1, 2, 3, 4.5]);
    assert.deepEqual([first.label, first.area, first.isCrowd], ["cat", 12, undefined]);
    assert.equal(crowd.isCrowd, true);
    assert.equal(maskArea(crowd.mask!), 5000);
    const bare = await readCoco(join(folder, "coco.json"), { masks: false, images: folder });
    assert.equal(objectsOf(bare, 0)[0].mask, undefined);
  });
});

Deno.test("mistakes in COCO's JSON are told at once, or repaired where asked", async () => {
  const at = (bbox: unknown, more = {}) => ({ image_id: 1, category_id: 7, bbox, ...more });
  const annotations = [
    at([90, 0, 20, 10]),
    at([1, 1, 0, 3]),
    at([5, 5, 5, 5]),
    at([5, 5, 5, 5]),
    at([1, 2, 3]),
    at([1, 2, 3, 4], { image_id: 9 }),
    at([1, 2, 3, 4], { category_id: 9 }),
    at([1, 2, 3, 4], { segmentation: [[1, 2]] }),
  ];
  const two = [...images, { id: 2, file_name: "b.png", width: 3, height: 3 }, { id: 3 }];
  const file = coco(annotations, { images: two });
  await inFiles({ "coco.json": file, "a/1.png": png }, async (folder) => {
    await mistakesOf(readCoco(join(folder, "coco.json")), [
      /annotation 5 of a\/1\.png has the bbox \[1,2,3\], which is not four numbers/,
      /annotation 6 is of the image 9, which is missing/,
      /annotation 7 has the category 9, which has no name/,
      /annotation 8 of a\/1\.png has a mask that has an outline/,
      /the image b\.png is not in/,
      /image 3 lacks its id, file_name, width or height/,
      /a\/1\.png: object 1 \("cat"\) has the box \[90, 0, 20, 10\], which lies outside the image/,
      /object 2 \("cat"\) .*, which is empty/,
      /object 4 \("cat"\) .*, which is that of object 3 again/,
      /\{ repair: true \} cuts boxes/,
    ]);
  });
  await inFiles({ "c.json": coco(annotations.slice(0, 4)), "a/1.png": png }, async (folder) => {
    const table = await readCoco(join(folder, "c.json"), { repair: true });
    assert.deepEqual(objectsOf(table, 0).map(({ box }) => box), [[90, 0, 10, 10], [5, 5, 5, 5]]);
  });
  await inFiles({ "a.json": "[]", "b.json": "{", "c.json": "{}" }, async (folder) => {
    await mistakesOf(readCoco(join(folder, "a.json")), [/is not COCO's JSON/]);
    await mistakesOf(readCoco(join(folder, "b.json")), [/cannot read .*b\.json/]);
    await mistakesOf(readCoco(join(folder, "c.json")), [/has no list "images"/]);
  });
});

const yaml = `path: .
train: images/train
val: lists/val.txt
names:
  0: cat
  3: traffic light
`;

Deno.test("YOLO's lines are boxes and outlines in pixels", async () => {
  await inFiles({
    "data.yaml": yaml,
    "images/train/1.png": png,
    "images/train/2.png": png,
    "images/val/3.png": png,
    "lists/val.txt": "images/val/3.png\n",
    "labels/train/1.txt": "0 0.5 0.5 0.2 0.4\n\n3 0.1 0.2 0.3 0.2 0.3 0.6 0.1 0.6\n",
    "labels/val/3.txt": "3 0.5 0.5 1 1",
  }, async (folder) => {
    const table = await readYolo(join(folder, "data.yaml"));
    assert.deepEqual(table.array("split"), ["train", "train", "validation"]);
    const [box, outline] = objectsOf(table, 0);
    assert.deepEqual(box, { box: [40, 15, 20, 20], label: "cat" });
    assert.equal(outline.label, "traffic light");
    assert.deepEqual(outline.box.map(Math.round), [10, 10, 20, 20]);
    assert.equal(maskArea(outline.mask!), 400);
    assert.deepEqual(objectsOf(table, 1), []);
    assert.deepEqual(objectsOf(table, 2), [{ box: [0, 0, 100, 50], label: "traffic light" }]);
  });
});

Deno.test("exporters' ../train is found beside the file", async () => {
  await inFiles({
    "data.yaml": "train: ../train/images\nval: ''\nnames: [cat]\n",
    "train/images/1.png": png,
    "train/labels/1.txt": "0 0.5 0.5 1 1",
  }, async (folder) => {
    const table = await readYolo(join(folder, "data.yaml"));
    assert.deepEqual(objectsOf(table, 0)[0].box, [0, 0, 100, 50]);
  });
});

Deno.test("mistakes in YOLO's files are told by file and line", async () => {
  await inFiles({
    "data.yaml": "train: images\nnames: [cat]\n",
    "images/1.png": png,
    "images/2.png": "no picture",
    "labels/1.txt": "0 0.5 0.5 1\n1 0.5 0.5 1 1\n0 0.5 a 1 1\n0 50 20 10 10\n0 0.5 0.5 0 0.1\n",
  }, async (folder) => {
    await mistakesOf(readYolo(join(folder, "data.yaml")), [
      /labels\/1\.txt line 1 has 4 numbers; a box has 5, an outline an odd number from 7/,
      /labels\/1\.txt line 2 has the class 1, which has no name/,
      /labels\/1\.txt line 3 is "0 0\.5 a 1 1", which is not numbers/,
      /labels\/1\.txt line 4 has numbers outside 0 to 1/,
      /images\/1\.png: object 1 .* which is empty/,
      /images\/2\.png is text/,
    ]);
  });
  await inFiles(
    { "data.yaml": "train: images\nnames: [a]\n", "images/1.png": png },
    async (folder) => {
      await mistakesOf(readYolo(join(folder, "data.yaml")), [/no image has labels/]);
    },
  );
  await inFiles({
    "a.yaml": "names: [a]\n",
    "b.yaml": "train: none\nnames: [a]\n",
    "c.yaml": "train: .\nnames: 3\n",
    "d.yaml": "train: [a\n",
  }, async (folder) => {
    await mistakesOf(readYolo(join(folder, "a.yaml")), [/has no train, val or test/]);
    await mistakesOf(readYolo(join(folder, "b.yaml")), [/train of .* is none, which is not in/]);
    await mistakesOf(readYolo(join(folder, "c.yaml")), [/has the names "3"; they are a list/]);
    await mistakesOf(readYolo(join(folder, "d.yaml")), [/cannot read .*d\.yaml/]);
  });
});

const voc = (objects: string, filename = "1.png") =>
  `<annotation><filename>${filename}</filename>
  <size><width>100</width><height>50</height><depth>3</depth></size>${objects}</annotation>`;
const vocObject = (name: string, [xmin, ymin, xmax, ymax]: number[]) =>
  `<object><name>${name}</name><bndbox><xmin>${xmin}</xmin><ymin>${ymin}</ymin>` +
  `<xmax>${xmax}</xmax><ymax>${ymax}</ymax></bndbox></object>`;

Deno.test("Pascal VOC counts pixels from 1, both ends within", async () => {
  await inFiles({
    "JPEGImages/1.png": png,
    "JPEGImages/2.png": png,
    "Annotations/1.xml": voc(vocObject("a &amp; b", [1, 1, 100, 50])),
    "Annotations/2.xml": voc("", "2.png"),
  }, async (folder) => {
    const table = await readVoc(folder);
    assert.deepEqual(objectsOf(table, 0), [{ box: [0, 0, 100, 50], label: "a & b" }]);
    assert.deepEqual(objectsOf(table, 1), []);
    assert.equal(table.get("image", 1), join(folder, "JPEGImages/2.png"));
  });
  await inFiles(
    { "x/1.png": png, "1.xml": voc(vocObject("a", [0, 0, 100, 50])) },
    async (folder) => {
      await mistakesOf(readVoc(folder), [/begins at pixel 0, but pixels count from 1/]);
      const table = await readVoc(folder, { firstPixel: 0 });
      assert.deepEqual(objectsOf(table, 0)[0].box, [0, 0, 100, 50]);
    },
  );
});

Deno.test("mistakes in Pascal VOC's files are told by file", async () => {
  await inFiles({
    "1.png": png,
    "1.xml": "<annotation><filename>1.png",
    "2.xml": voc("<object><name>a</name></object>"),
    "3.xml": voc("<object/>"),
    "4.xml": voc("", "none.png"),
    "5.xml": "<html></html>",
    "6.xml": voc(vocObject("a", [50, 10, 120, 20])),
  }, async (folder) => {
    await mistakesOf(readVoc(folder), [
      /1\.xml: line \d+ is no XML/,
      /2\.xml: the bndbox of object 1 lacks the number xmin/,
      /3\.xml: object 1 has no name/,
      /4\.xml: its image "none\.png" is not in/,
      /5\.xml: there is no <annotation> in it/,
      /6\.xml: object 1 \("a"\) has the box \[49, 9, 71, 11\], which lies outside/,
    ]);
  });
});
