import assert from "node:assert/strict";
import { readTable } from "../../lib/table/read_table.ts";
import { readJson } from "../../lib/table/json.ts";
import { isMistake } from "../is_mistake.ts";

const file = {
  version: "v2.0",
  data: [{
    title: "Paris",
    paragraphs: [{
      context: "The Seine flows through Paris.",
      qas: [
        { id: "1", question: "Which river?", answers: [{ text: "Seine", answer_start: 4 }] },
        {
          id: "2",
          question: "Which sea?",
          is_impossible: true,
          answers: [],
          plausible_answers: [{ text: "Seine", answer_start: 4 }],
        },
        { id: "3", question: "Which city?" },
      ],
    }],
  }],
};
const context = file.data[0].paragraphs[0].context;

Deno.test("a file of SQuAD has a row for each question", async () => {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  await Deno.writeTextFile(path, JSON.stringify(file));
  const table = await readTable(path);
  await Deno.remove(path);
  const shared = { title: "Paris", context };
  assert.deepEqual(table.columnNames(), ["id", "title", "question", "context", "answers"]);
  assert.deepEqual(table.objects(), [
    {
      ...shared,
      id: "1",
      question: "Which river?",
      answers: { text: ["Seine"], answer_start: [4] },
    },
    { ...shared, id: "2", question: "Which sea?", answers: { text: [], answer_start: [] } },
    { ...shared, id: "3", question: "Which city?", answers: null },
  ]);
});

Deno.test("all parts that are not as SQuAD has them are one error", () => {
  const wrong = {
    data: [
      { paragraphs: [{ context, qas: [{ question: 3, answers: [{ text: "x" }] }] }, { qas: [] }] },
      { title: "x" },
    ],
  };
  const bytes = new TextEncoder().encode(JSON.stringify(wrong));
  assert.throws(
    () => readJson(bytes, "train.json"),
    isMistake(
      "data",
      "train.json is not as SQuAD's files are",
      'article 1, paragraph 1, question 1 has no text "question"',
      'article 1, paragraph 1, question 1: "answers" is no list',
      'article 1, paragraph 2 has no text "context"',
      'article 2 has no list "paragraphs"',
    ),
  );
});
