import assert from "node:assert/strict";
import { join } from "node:path";
import { env, pipeline } from "@huggingface/transformers";
import {
  adapter,
  answerF1,
  bestNullThreshold,
  exactMatch,
  lora,
  merged,
  model,
  onnx,
  peft,
  Plan,
  questionAnswering,
  Random,
  type Table,
  tableFromRows,
} from "tunebook";
import { inFolder } from "../../weights/in_folder.ts";
import { tinyModel } from "../tiny.ts";

const quiet = { quiet: true };
const telling = ["good", "great", "lovely", "superb", "fine"];
const other = ["the", "film", "food", "was", "and", "very", "place", "price", "service"];

/** Contexts of a few words, of which one or two in a row answer the question; in every fifth none does. */
function questions(rows: number, seed = 1): Table {
  const random = Random.fromSeed(seed, "questions");
  const pick = (list: readonly string[]) => list[random.integer(list.length)];
  return tableFromRows(Array.from({ length: rows }, (_, row) => {
    const words = Array.from({ length: 4 + random.integer(8) }, () => pick(other));
    const answer = row % 5 === 4 ? [] : Array.from({ length: 1 + row % 2 }, () => pick(telling));
    const at = random.integer(words.length);
    const before = words.slice(0, at).map((word) => `${word} `).join("");
    const context = [...words.slice(0, at), ...answer, ...words.slice(at)].join(" ");
    const answers = answer.length > 0
      ? { text: [answer.join(" ")], answer_start: [before.length] }
      : { text: [], answer_start: [] };
    return { question: "it was ?", context, answers };
  }));
}

const inputs = Array.from(questions(30, 2).objects() as { question: string; context: string }[])
  .map(({ question, context }) => ({ question, context }));
const settings = { epochs: 12, learningRate: 1e-2, batchSize: 8 };
const metrics = {
  exactMatch,
  f1: answerF1,
  answerable: answerF1.answerable,
  unanswerable: answerF1.unanswerable,
};
const readJson = async (path: string) => JSON.parse(await Deno.readTextFile(path));

/** As for labels: both sides compute the softmax of nearly the same logits. */
const tolerance = 1e-5;

for (const name of ["bert", "distilbert", "roberta", "xlm-roberta"]) {
  Deno.test(`${name} learns where answers are, and transformers.js finds the same`, () =>
    inFolder(async (folder) => {
      const [a, m, o] = ["a", "m", "o"].map((each) => join(folder, each));
      // transformers.js knows no longest answer.
      const task = questionAnswering({ maxAnswerTokens: 64 });
      const data = model(await tinyModel(join(folder, "base"), name)).data(questions(200), task);
      const result = await data.adapt(lora({ rank: 4 })).train(settings).evaluate(metrics)
        .deploy(adapter(a), merged(m), onnx(o)).run(quiet);
      const { scores, receipts } = result;
      assert.ok(result.losses.at(-1)! < 0.2 * result.losses[0], `${result.losses.at(-1)}`);
      assert.ok(scores.f1 > 0.8 && scores.f1 >= scores.exactMatch, JSON.stringify(scores));
      assert.ok(scores.answerable > 0.8 && scores.unanswerable > 0.7, JSON.stringify(scores));
      for (const { target, largestDifference } of receipts) {
        assert.ok(largestDifference < 1e-4, `${target}: ${largestDifference}`);
      }

      const answers = await result.predict(inputs);
      assert.ok(answers.some(({ isAnswerable }) => !isAnswerable));
      for (const { text, context, start, end } of answers) {
        assert.equal(text, context.slice(start, end));
      }
      env.allowRemoteModels = false;
      env.localModelPath = folder;
      const answer = await pipeline("question-answering", "o");
      for (const [i, { question, context }] of inputs.entries()) {
        const found = await answer(question, context);
        // It always answers.
        const [best] = answers[i].nBest;
        assert.equal(found.answer, best.text, context);
        const difference = Math.abs(found.score - best.score);
        assert.ok(difference < tolerance, `${context}: scores differ by ${difference}`);
      }
      await answer.dispose();

      const adapterConfig = await readJson(join(a, "adapter_config.json"));
      assert.equal(adapterConfig.task_type, "QUESTION_ANS");
      assert.deepEqual(adapterConfig.modules_to_save, ["qa_outputs"]);
      const readme = await Deno.readTextFile(join(a, "README.md"));
      assert.match(
        readme,
        /AutoModelForQuestionAnswering\.from_pretrained\(\.{3}, num_labels=2\)/,
      );
      // Segments, which PEFT leaves out, are BERT's alone.
      assert.equal(readme.includes("merge_and_unload"), name === "bert");
      for (const each of [m, o]) {
        const config = await readJson(join(each, "config.json"));
        assert.match(config.architectures[0], /ForQuestionAnswering$/);
        assert.equal(config.id2label, undefined);
      }
      await result.dispose();

      for (
        const reopened of [
          data.adapt(peft(a)),
          model(`file:${m}`).data(questions(200), task).adapt(lora()),
        ]
      ) {
        const again = await reopened.train({ epochs: 0 }).evaluate(metrics).run(quiet);
        assert.ok(Math.abs(again.scores.f1 - scores.f1) < 1e-9, `${again.scores.f1}, ${scores.f1}`);
        await again.dispose();
      }
    }));
}

Deno.test("contexts longer than the model are read in windows, in training and in prediction", () =>
  inFolder(async (folder) => {
    const task = questionAnswering({ stride: 6 });
    const result = await model(await tinyModel(folder)).data(questions(150), task)
      .adapt(lora({ rank: 4 })).train({ ...settings, maxTokens: 17 }).evaluate({
        answerF1,
        bestNullThreshold,
      }).run(quiet);
    assert.ok(result.scores.answerF1 > 0.8, JSON.stringify(result.scores));
    assert.ok(result.scores.bestNullThreshold.answerF1.score > result.scores.answerF1 - 1e-9);
    const context = `${"the food was and the place ".repeat(8)}very superb service`;
    const [{ text, start, end }] = await result.predict([{ question: "it was ?", context }]);
    assert.equal(text, "superb");
    assert.equal(context.slice(start, end), "superb");
    await result.dispose();
  }));

for (const name of ["gpt2", "llama"]) {
  Deno.test(`${name} learns answers, and its adapter says the same`, () =>
    inFolder(async (folder) => {
      const place = join(folder, "out");
      const data = model(await tinyModel(join(folder, "base"), name))
        .data(questions(100), questionAnswering());
      const result = await data.adapt(lora({ rank: 4 })).train(settings).evaluate(metrics)
        .deploy(adapter(place)).run(quiet);
      assert.ok(result.losses.at(-1)! < 0.5 * result.losses[0]);
      await result.dispose();
      const again = await data.adapt(peft(place)).train({ epochs: 0 }).evaluate(metrics).run(quiet);
      assert.ok(Math.abs(again.scores.f1 - result.scores.f1) < 1e-9);
      await again.dispose();
    }));
}

Deno.test("a plan file keeps the task", () => {
  const plan = model("hf:org/name").data("squad.json", questionAnswering({ nullThreshold: 1 }))
    .adapt(lora()).train().evaluate({ exactMatch, answerF1 });
  const json = JSON.parse(JSON.stringify(plan));
  assert.deepEqual(Plan.from(json).toJSON(), plan.toJSON());
  assert.match(JSON.stringify(json), /question-answering/);
  assert.match(String(plan), /squad\.json/);
});
