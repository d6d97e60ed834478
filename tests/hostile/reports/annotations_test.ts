/**
 * What annotation tools write, from public reports; LOG.md has their addresses.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { readTable } from "../../../lib/table/read_table.ts";
import { pickRows, sourceRows, sourceTable } from "../../../lib/table/source_rows.ts";
import { tokenClassification } from "../../../lib/tasks/token_classification.ts";
import { readSpans } from "../../../lib/tasks/token_classification/read_spans.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";

/** A result of Label Studio: what one control says. */
const said = (type: string, value: object, from_name = type, more: object = {}) => ({
  id: "r1",
  from_name,
  to_name: "text",
  type,
  value,
  ...more,
});
const annotation = (result: object[], more: object = {}) => ({
  id: 11,
  completed_by: 1,
  was_cancelled: false,
  result,
  ...more,
});
const jane = said(
  "labels",
  { start: 7, end: 18, text: " Jane Smith", labels: ["Person"] },
  "names",
);

async function rowsOf(tasks: unknown): Promise<object[]> {
  return await inFolder(async (folder) => {
    const path = join(folder, "export.json");
    await Deno.writeTextFile(path, JSON.stringify(tasks));
    return (await readTable(path)).objects();
  });
}

Deno.test("an export of Label Studio is a row for each annotation that was not skipped", async () => {
  const rows = await rowsOf([
    {
      id: 1,
      data: { text: "We gave Jane Smith the ball." },
      annotations: [annotation([jane, said("choices", { choices: ["glad"] }, "mood")])],
      predictions: [{ result: [said("choices", { choices: ["sad"] }, "mood")] }],
    },
    {
      id: 2,
      data: { text: "Nobody is here." },
      annotations: [
        annotation([]),
        annotation([said("choices", { choices: ["sad"] }, "mood")], {
          completed_by: { id: 2, email: "b@example.org" },
        }),
        annotation([jane], { was_cancelled: true }),
      ],
    },
    { id: 3, data: { text: "Not looked at." }, annotations: [], total_annotations: 0 },
  ]);
  const spans = [{ start: 7, end: 18, text: " Jane Smith", labels: ["Person"] }];
  const nobody = { id: 2, text: "Nobody is here.", names: [] };
  assert.deepEqual(rows, [
    { id: 1, text: "We gave Jane Smith the ball.", names: spans, mood: "glad", annotator: 1 },
    { ...nobody, mood: null, annotator: 1 },
    { ...nobody, mood: "sad", annotator: "b@example.org" },
  ]);
});

Deno.test("several choices are lists in all rows; numbers, texts and boxes are what they are", async () => {
  const box = { x: 10, y: 20, width: 30, height: 40, rotation: 15, rectanglelabels: ["cat"] };
  const rows = await rowsOf([
    {
      data: { image: "a.jpg" },
      completions: [annotation([
        said("choices", { choices: ["a", "b"] }, "kinds"),
        said("rating", { rating: 4 }, "stars"),
        said("textarea", { text: ["a cat"] }, "words"),
        said("rectanglelabels", box, "boxes", { original_width: 100, original_height: 50 }),
        { type: "relation", from_id: "r1", to_id: "r1" },
      ])],
    },
    {
      data: { image: "b.jpg" },
      completions: [annotation([said("choices", { choices: ["a"] }, "kinds")])],
    },
  ]);
  const own = { ...box, original_width: 100, original_height: 50 };
  assert.deepEqual(rows, [
    {
      id: null,
      image: "a.jpg",
      kinds: ["a", "b"],
      stars: 4,
      words: "a cat",
      boxes: [own],
      annotator: 1,
    },
    { id: null, image: "b.jpg", kinds: ["a"], stars: null, words: null, boxes: [], annotator: 1 },
  ]);
});

Deno.test("an export without annotations, or with broken ones, is an error", async () => {
  await assert.rejects(
    rowsOf([{ data: { text: "a" }, annotations: [annotation([], { was_cancelled: true })] }]),
    isMistake("data", "1 tasks, and none is annotated"),
  );
  await assert.rejects(
    rowsOf([{ data: {}, annotations: [annotation([]), { result: null }, 7] }]),
    isMistake("data", 'task 1: annotation 2 has no list "result"', "annotation 3 has"),
  );
});

Deno.test("spans hold where the tool shows blanks otherwise than the text has them", () => {
  const told: string[] = [];
  const read = (text: string, start: number, end: number, shown: string) =>
    readSpans(
      [{ start, end, text: shown, labels: ["X"] }],
      text,
      "codepoints",
      (what) => told.push(what),
    )
      .map((span) => text.slice(span.start, span.end));
  assert.deepEqual(read("Text: Berlin,  Germany.", 6, 22, "Berlin, Germany"), ["Berlin,  Germany"]);
  assert.deepEqual(read("one\ntwo three", 0, 7, "one\\ntwo"), ["one\ntwo"]);
  // Offsets of JavaScript behind an emoji are found by their text.
  assert.deepEqual(read("💩This is an annotation.", 13, 23, "annotation"), ["annotation"]);
  assert.deepEqual(told, []);
  assert.deepEqual(read("Some simple text", 5, 16, "ple text"), []);
  assert.deepEqual(told, ['span 1 says that "ple text" stands at 5–16, which is "simple text"']);
});

Deno.test("rows of Label Studio are named by their tasks, also after they were cut", async () => {
  const tasks = [812, 815, 816].map((id) => ({
    id,
    data: { text: "Jane Smith met Bo." },
    annotations: [annotation([
      said("labels", { start: 0, end: 10, labels: ["PER"] }, "names"),
      ...id === 815 ? [said("labels", { start: 5, end: 14, labels: ["LOC"] }, "names")] : [],
    ])],
  }));
  await inFolder(async (folder) => {
    const path = join(folder, "export.json");
    await Deno.writeTextFile(path, JSON.stringify(tasks));
    const task = tokenClassification({ text: "text", spans: "names", offsets: "utf16" });
    for (const options of [{}, { columns: ["text", "names"] }, { omit: ["annotator"] }]) {
      const table = sourceTable(await readTable(path, options), path);
      const rows = sourceRows(pickRows(table, [2, 1]), "a split");
      assert.equal(rows.nameOf(1), "row 2 (task 815)");
      assert.deepEqual(rows.tool?.idOf(0), 816);
      assert.throws(
        () => task.read({ train: pickRows(table, [1, 0]), test: pickRows(table, [2]) }),
        isMistake("data", "row 2 (task 815): ", "overlap; a word has one tag"),
      );
    }
    // What is filtered or ordered is another table, whose rows have no such names.
    const ordered = (await readTable(path)).orderby("id");
    assert.equal(sourceRows(ordered, "rows").nameOf(1), "row 2");
  });
});
