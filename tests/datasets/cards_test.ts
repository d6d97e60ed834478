import assert from "node:assert/strict";
import { dataSets, findDataSet } from "../../datasets/mod.ts";
import { originOf } from "../../lib/table/origin.ts";
import type { Table } from "../../lib/table/table.ts";
import { taskOf } from "../../lib/tasks/mod.ts";
import { isMistake } from "../is_mistake.ts";

/** Rows of each data set that is installed; large ones, and one of many packages, are not. */
const drawn = Object.entries(dataSets).filter(([name]) =>
  !["spam", "emailSubjects", "poems", "interfaceMessages"].includes(name)
);

/** The task of a card reads the rows. */
function labelsOf(table: Table, task: string, columns: Record<string, string>): readonly string[] {
  const made = taskOf(task, columns);
  made.checkRows(table, "the data");
  return made.read({ train: table, test: table }).labels;
}

for (const [name, set] of drawn) {
  Deno.test(`the card of ${name} sets the task that reads its rows`, async () => {
    const { task, columns } = set.card;
    labelsOf(await set({ rows: 300 }), task, { ...columns });
  });
}

Deno.test("all twelve parts of speech, the finer tags, and the tags of names", async () => {
  const rows = 2000;
  const { card } = dataSets.brownTags;
  const tagged = await dataSets.brownTags({ rows });
  assert.equal(labelsOf(tagged, card.task, { ...card.columns }).length, 12);
  assert.ok(labelsOf(tagged, card.task, { tokens: "tokens", tags: "base" }).length > 60);
  const named = await dataSets.brownNames({ rows });
  const labels = labelsOf(named, card.task, { ...dataSets.brownNames.card.columns });
  assert.deepEqual([...labels].sort(), ["B-NAME", "I-NAME", "O"]);
});

Deno.test("questions with long contexts and without answers are read as well", async () => {
  const { card } = dataSets.wordnetQuestions;
  const options = { rows: 200, sentences: 4, unanswerable: 0.3 };
  labelsOf(await dataSets.wordnetQuestions(options), card.task, { ...card.columns });
});

Deno.test("emoji of one category; another is asked for", async () => {
  const { emoji } = dataSets;
  const found = await findDataSet("emoji?category=Food%20%26%20Drink")!.read();
  assert.equal(found.numRows(), 131);
  assert.deepEqual(new Set(found.array("category")), new Set(["Food & Drink"]));
  assert.equal(originOf(found), "emoji?category=Food%20%26%20Drink");
  await assert.rejects(
    emoji({ category: "Food and Drink" } as never),
    isMistake("input", 'no emoji has the category "Food and Drink"', '"Food & Drink"'),
  );
});
