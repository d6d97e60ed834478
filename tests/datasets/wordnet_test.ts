import assert from "node:assert/strict";
import { wordnetPairs } from "../../datasets/wordnet_pairs.ts";
import { type SpanAnswers, wordnetQuestions } from "../../datasets/wordnet_questions.ts";

interface Question {
  question: string;
  context: string;
  answers: SpanAnswers;
  synset: string;
  partOfSpeech: string;
}

/** Every answer stands where it says, in code points. */
function checkSpans(rows: readonly Question[]): void {
  for (const { context, answers: { text, answer_start } } of rows) {
    const points = [...context];
    assert.equal(text.length, answer_start.length);
    text.forEach((answer, index) => {
      const start = answer_start[index];
      assert.equal(points.slice(start, start + [...answer].length).join(""), answer);
    });
  }
}

Deno.test("39,192 questions, each with an answer in its sentence", async () => {
  const rows = (await wordnetQuestions()).objects() as Question[];
  checkSpans(rows);
  assert.ok(rows.every(({ answers }) => answers.text.length > 0));
  const counts: Record<string, number> = {};
  for (const { partOfSpeech } of rows) counts[partOfSpeech] = (counts[partOfSpeech] ?? 0) + 1;
  assert.deepEqual(counts, { adjective: 19_901, noun: 9_976, verb: 5_176, adverb: 4_139 });
  assert.deepEqual(rows[0], {
    question: "which words mean: (usually followed by `to') having the necessary means or skill " +
      "or know-how or authority to do something?",
    context: "able to swim",
    answers: { text: ["able"], answer_start: [0] },
    synset: "00001740-a",
    partOfSpeech: "adjective",
  });
});

Deno.test("longer contexts keep the answers right, and some questions have none", async () => {
  const options = { rows: 400, sentences: 4, unanswerable: 0.25 };
  const rows = (await wordnetQuestions(options)).objects() as Question[];
  checkSpans(rows);
  assert.equal(rows.filter(({ answers }) => answers.text.length === 0).length, 100);
  const plain = (await wordnetQuestions({ rows: 400 })).objects() as Question[];
  const moved = new Set<number>();
  rows.forEach(({ context, answers, question }, index) => {
    assert.equal(question, plain[index].question);
    if (answers.text.length === 0) assert.ok(!context.includes(plain[index].context));
    else {
      assert.deepEqual(answers.text, plain[index].answers.text);
      assert.ok(context.includes(plain[index].context));
      moved.add(answers.answer_start[0] - plain[index].answers.answer_start[0]);
    }
    assert.ok(context.length > plain[index].context.length);
  });
  assert.ok(moved.size > 50);
  assert.deepEqual((await wordnetQuestions(options)).objects(), rows);
  await assert.rejects(wordnetQuestions({ sentences: 1.5, unanswerable: 1 }), (error: Error) => {
    assert.match(error.message, /sentences is 1.5/);
    assert.match(error.message, /unanswerable is 1, but must be a number in \[0, 1\)/);
    return true;
  });
});

Deno.test("no definition and no sentence is on both sides of a split", async () => {
  const sides = async (set: typeof wordnetPairs | typeof wordnetQuestions, columns: string[]) => {
    const train = await set({ split: "train" });
    const test = await set({ split: "test" });
    for (const column of columns) {
      const known = new Set(train.array(column) as string[]);
      assert.ok((test.array(column) as string[]).every((value) => !known.has(value)), column);
    }
    assert.equal(train.numRows() + test.numRows(), set.card.rows);
    assert.equal(test.numRows(), Math.round(set.card.rows / 10));
  };
  await sides(wordnetPairs, ["synset", "anchor", "positive"]);
  await sides(wordnetQuestions, ["synset", "question", "context"]);
});

Deno.test("pairs of definitions and words", async () => {
  const words = await wordnetPairs({ positive: "word" });
  assert.equal(words.numRows(), 207_272);
  assert.deepEqual(words.object(3), {
    anchor: "facing away from the axis of an organ or organism",
    positive: "dorsal",
    synset: "00002312-a",
    partOfSpeech: "adjective",
  });
});
