import assert from "node:assert/strict";
import { tableFromColumns } from "../../../lib/table/table.ts";
import { readQuestions } from "../../../lib/tasks/question_answering/read_questions.ts";
import { isMistake } from "../../is_mistake.ts";

const columns = { question: "question", context: "context", answers: "answers" };
const context = "😀 The Seine flows through Paris, the Seine.";

function read(
  answers: readonly unknown[],
  contexts: readonly unknown[] = answers.map(() => context),
) {
  const table = tableFromColumns({
    question: answers.map(() => "Which?"),
    context: contexts,
    answers,
  });
  return readQuestions(table, columns, "the table");
}

Deno.test("answers are read in every shape, with offsets in code points", () => {
  const shapes: unknown[] = [
    { text: ["Seine"], answer_start: [6] },
    { text: ["Seine"], answer_start: Int32Array.of(6) },
    { text: ["Seine"], answer_start: [6n] },
    { text: "Seine", answer_start: 6 },
    [{ text: "Seine", start: 6 }],
    [{ text: "Seine", answer_start: 6 }],
    '{"text": ["Seine"], "answer_start": [6]}',
    '[{"text": "Seine", "start": 6}]',
  ];
  for (const { answers } of read(shapes)) {
    assert.deepEqual(answers, [{ text: "Seine", start: 7, end: 12 }]);
  }
  for (const { answers } of read([{ text: [], answer_start: [] }, [], "[]"])) {
    assert.deepEqual(answers, []);
  }
});

Deno.test("white space around an answer is no part of its place", () => {
  const [{ answers }] = read([[{ text: " Seine ", start: 5 }]]);
  assert.deepEqual(answers, [{ text: " Seine ", start: 7, end: 12 }]);
});

Deno.test("every bad row is named in one error, with what stands there instead", () => {
  assert.throws(
    () =>
      read([
        [{ text: "Seine", start: 6 }],
        [{ text: "Seine", start: 7 }],
        [{ text: "Seine", start: 33 }],
        [{ text: "Rhine", start: 6 }],
        [{ text: "Seine", start: 600 }],
        [{ text: "Seine" }],
        [{ text: " ", start: 1 }],
        { text: ["Seine"], answer_start: [] },
        { text: 3 },
        null,
        "Seine",
        ["Seine"],
      ]),
    isMistake(
      "data",
      "the questions of the table are wrong",
      'row 2: the answer "Seine" is not at its offset 7: offsets count code points',
      'row 3: the answer "Seine" is not at its offset 33, where "the S" stands; it is at 37',
      'row 4: the answer "Rhine" is not at its offset 6, where "Seine" stands; the context does not',
      'row 5: the answer "Seine" is not at its offset 600, where the context has ended; it is at 37',
      'row 6: the answer "Seine" has no offset',
      "row 7: an empty answer",
      "row 8: 1 answers have 0 offsets",
      "row 9: the answers are no { text",
      "row 10: no answers; give { text",
      "row 11: the answers are a text that is no JSON",
      'row 12: the answer "Seine" has no offset; the context first has it at 6; give { text, start }',
    ),
  );
});

Deno.test("answers as pandas and people write them are told from answers", () => {
  assert.throws(
    () =>
      read([
        "{'text': ['Seine'], 'answer_start': [6]}",
        '{"text": ["Seine"], "answer_start": [6]}',
        "{'text': array(['Seine'], dtype=object), 'answer_start': array([6])}",
        ["Rhine"],
        [{ text: "Seine", start: "6" }],
        NaN,
      ]),
    isMistake(
      "data",
      `row 1: the answers are the text "{'text': ['Seine'], 'answer_start': [6]}", as Python prints`,
      "json.dumps",
      "row 3: the answers are the text",
      'row 4: the answer "Rhine" has no offset; the context does not have it; give { text, start }',
      'row 5: the answer "Seine" has an offset that is a string, not a number',
      "row 6: no answers",
    ),
  );
});

Deno.test("questions and contexts must be texts", () => {
  const table = tableFromColumns({ question: ["", null, "x", 3], context: ["x", "x", " ", ["x"]] });
  const { answers: _, ...unanswered } = columns;
  assert.throws(
    () => readQuestions(table, unanswered, "the table"),
    isMistake(
      "data",
      'row 1: an empty "question"',
      'row 2: no "question"',
      'row 3: an empty "context"',
      'row 4: "question" is a number, not a text',
      'row 4: "context" is a list, not a text',
    ),
  );
  assert.throws(
    () => readQuestions(table, columns, "f.csv"),
    isMistake("data", 'no column "answers"'),
  );
});

Deno.test("an offset that is no place at all is told as such", () => {
  for (const start of [-1, 0.5, NaN]) {
    assert.throws(
      () => read([[{ text: "The", start }]], ["The Seine"]),
      isMistake("data", `not at its offset ${start}`, "no whole number from 0"),
    );
  }
});

Deno.test("where an answer is instead is found in a long context", () => {
  assert.throws(
    () => read([[{ text: "a", start: 1 }]], ["a ".repeat(100_000)]),
    isMistake("data", "it is at 0"),
  );
});
