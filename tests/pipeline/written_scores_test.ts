/**
 * Runs whose scores are of written texts, and samples before and after.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  bleu,
  chat,
  chrf,
  distinctN,
  exactMatchText,
  full,
  head,
  judge,
  lora,
  model,
  pairedBootstrap,
  perplexity,
  Plan,
  type Table,
  tableFromRows,
  textGeneration,
  TunebookError,
} from "tunebook";
import { type Displayed, jupyterDisplay } from "../../lib/core/display.ts";
import { inFolder } from "../weights/in_folder.ts";
import { quiet } from "./open/trained.ts";
import { reviews, tinyModel } from "./tiny.ts";

const rows = tableFromRows(
  reviews(40).map(({ text, mood }) => ({
    asked: text,
    said: mood === "positive" ? "good" : mood === "negative" ? "bad" : "fine",
  })),
);
const task = chat({ prompt: "asked", completion: "said", template: "plain" });
const few = { generate: { maxNewTokens: 6 } };

async function displayOf(value: unknown) {
  return await (value as Displayed)[jupyterDisplay]();
}

Deno.test("written answers are scored against those of the rows, beside next tokens", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const asked: string[] = [];
    const short = judge((row, answer) => {
      asked.push(row.input);
      return answer.length < 1000 ? 1 : 0;
    });
    const plan = model(reference).data(rows, task, { test: 10, validation: 6 })
      .adapt(full()).train({ epochs: 4, learningRate: 3e-3, seed: 2 })
      .evaluate({ perplexity, bleu, chrf, exactMatchText, distinctN, short }, few);
    const result = await plan.run(quiet);
    const { scores, written, samples } = result;
    assert.equal(scores.short, 1);
    assert.equal(asked.length, 10);
    assert.match(asked[0], /^user: /);
    assert.equal(scores.chrf, chrf.compute(written!));
    assert.equal(scores.perplexity, perplexity.compute(result.predictions));
    // The text of each row is what the model writes when it is asked alone.
    const [first] = await result.generate(
      [[{ role: "user", content: written!.inputs[0].slice("user: ".length) }]],
      { maxNewTokens: 6, temperature: 0 },
    );
    assert.equal(written!.predicted[0], first.text.trim());
    assert.match(result.signatures!.chrf, /^nrefs:1\|/);
    assert.ok(result.intervals.chrf.low <= scores.chrf && result.intervals.perplexity);
    for (const shown of [result.predictions, written!]) {
      const text = (await displayOf(shown))["text/plain"] as string;
      assert.match(text, /10 held-out rows.*those least like a reference first/);
      assert.match(text, /reference +written +chrF/);
    }
    assert.equal(samples!.length, 3);
    const { before, during, after, reference: right } = samples![0];
    assert.ok(["good", "bad", "fine"].includes(right!));
    assert.deepEqual(during.map(({ step }) => step), result.validations.map(({ step }) => step));
    assert.notEqual(before.text, after.text);
    // The last validation is that of the last step.
    assert.deepEqual(during.at(-1)!.written, after);
    assert.match(
      String(result),
      /samples\n {2}user: .*\n {4}before .*\n {4}after .*\n {4}reference/,
    );
    assert.match((await displayOf(result))["text/html"] as string, /before and after/);
    assert.match((await displayOf(samples!))["text/plain"] as string, /before/);
    await result.dispose();
  }));

Deno.test("two runs on the same rows are compared by what they wrote", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const start = model(reference).data(rows, task, { test: 12 });
    const [a, b] = await Promise.all(
      [0, 4].map((epochs) =>
        start.adapt(full()).train({ epochs, learningRate: 3e-3, samples: 0 }).evaluate(
          { chrf },
          few,
        )
          .run(quiet)
      ),
    );
    assert.equal(a.samples, undefined);
    const test = pairedBootstrap(a.written!, b.written!, chrf, { seed: 1 });
    assert.equal(test.a, a.scores.chrf);
    assert.equal(test.difference, b.scores.chrf - a.scores.chrf);
    // Scored before its training as the run that trains nothing, and after it as if nobody had asked before.
    const both = await start.adapt(full()).train({ epochs: 4, learningRate: 3e-3, samples: 0 })
      .evaluate({ chrf, perplexity }, { ...few, before: true }).run(quiet);
    assert.equal(both.scoresBefore!.chrf, a.scores.chrf);
    assert.equal(both.scoresBefore!.perplexity, perplexity.compute(a.predictions));
    assert.deepEqual(both.scores, {
      chrf: b.scores.chrf,
      perplexity: perplexity.compute(b.predictions),
    });
    assert.notEqual(both.scores.perplexity, both.scoresBefore!.perplexity);
    assert.match(String(both), /perplexity +\d[^\n]+\n {4}before +\d/);
    assert.match((await displayOf(both.scores))["text/plain"] as string, /before the training/);
    assert.equal(b.scoresBefore, undefined);
    await both.dispose();
    await a.dispose();
    await b.dispose();
  }));

Deno.test("samples are what was given, and those before a training are the untrained model's", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const start = model(reference).data(rows, task);
    const given = ["the film was", [{ role: "user", content: "the food was" }]];
    const options = { epochs: 1, samples: given, seed: 3 };
    const trained = await start.adapt(lora({ rank: 2 })).train(options).run(quiet);
    assert.deepEqual(trained.samples!.map(({ input, during }) => [input, during]), [
      ["the film was", []],
      ["user: the food was", []],
    ]);
    const untrained = await start.adapt(lora({ rank: 2 })).train({ ...options, epochs: 0 })
      .run(quiet);
    assert.deepEqual(
      untrained.samples!.map(({ after }) => after),
      trained.samples!.map(({ before }) => before),
    );
    assert.ok(trained.samples!.every(({ after }) => after.tokens.length <= 32));
    const [again] = await trained.generate([given[1]] as never, { maxNewTokens: 32 });
    assert.deepEqual(trained.samples![1].after, again);
    await trained.dispose();
    await untrained.dispose();
    const wrong = start.adapt(lora()).train({ samples: ["a", 3, [{ role: "user" }]] });
    await assert.rejects(wrong.run(quiet), /cannot be answered[^]*sample 2 is 3[^]*sample 3 /);
  }));

Deno.test("documents are gone on with from their first half, as far as the rest reaches", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const documents = textGeneration({ text: "asked" });
    const run = (options?: { generate: { beams: number } }) =>
      model(reference).data(rows as Table, documents, { test: 8 }).adapt(lora({ rank: 2 }))
        .train({ epochs: 1, samples: 1 }).evaluate({ bleu, chrf }, options).run(quiet);
    const result = await run();
    const { inputs, references, predicted } = result.written!;
    const texts = new Set(reviews(40).map(({ text }) => text));
    inputs.forEach((input, row) => assert.ok(texts.has(`${input} ${references[row][0]}`), input));
    assert.ok(predicted.every((text) => text.length < 200));
    assert.equal(result.samples!.length, 1);
    const searched = await run({ generate: { beams: 3 } });
    assert.equal(searched.written!.rows, 8);
    await result.dispose();
    await searched.dispose();
  }));

Deno.test("rows that cannot be answered are told before anything is trained", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const base = reviews(8).map(({ text }) => ({
      messages: [{ role: "user", content: text }, { role: "assistant", content: "good" }],
    }));
    const long = { role: "user", content: "the film was good ".repeat(400) };
    const [, answer] = base[0].messages;
    const columns = { messages: "messages", template: "plain" };
    const tooLong = { messages: [...base[1].messages, long, answer] };
    const run = (held: Record<string, unknown>[], more = {}) =>
      model(reference)
        .data(tableFromRows(base), chat({ ...columns, ...more }), {
          test: tableFromRows(held, "the held-out data"),
        })
        .adapt(lora({ rank: 2 })).train({ epochs: 1 }).evaluate({ bleu }, few).run(quiet);
    await assert.rejects(
      run([base[0], tooLong]),
      /held-out rows[^]*no room[^]*- row 2$/,
    );
    await assert.rejects(run([{ messages: [answer] }]), /no held-out row/);
    const kept = await run([base[0], tooLong], { overflow: "drop" });
    assert.equal(kept.written!.rows, 1);
    await kept.dispose();
    // A row that asks nothing is no row of the scores.
    const result = await run([{ messages: [answer] }, base[2], base[3]]);
    assert.equal(result.written!.rows, 2);
    assert.match(
      (await displayOf(result.written))["text/plain"] as string,
      /2 held-out rows[^]*\n +2 +user[^]*\n +3 +user/,
    );
    await result.dispose();
  }));

Deno.test("a conversation with tools is answered with them", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const tools = [{ type: "function", function: { name: "film", parameters: {} } }];
    const template = "{% if tools %}the film was very good {% endif %}" +
      "{% for m in messages %}{{ m.content }} {% if m.role == 'assistant' %}[MASK]{% endif %}{% endfor %}";
    const row = {
      messages: [{ role: "user", content: "the food" }, { role: "assistant", content: "fine" }],
    };
    const held = tableFromRows([{ ...row, tools }, { ...row, tools: null }], "the held-out data");
    const result = await model(reference)
      .data(
        tableFromRows(reviews(8).map(() => ({ ...row, tools }))),
        chat({
          messages: "messages",
          tools: "tools",
          template,
          learn: "all",
        }),
        { test: held },
      )
      .adapt(lora({ rank: 2 })).train({ epochs: 0 }).evaluate({ chrf }, few).run(quiet);
    const [withTools, without] = result.written!.predicted;
    const alone = [{ role: "user", content: "the food" }];
    const [again] = await result.generate([alone] as never, { maxNewTokens: 6 });
    assert.equal(without, again.text.trim());
    assert.notEqual(withTools, without);
    await result.dispose();
  }));

Deno.test("a run that is stopped while it writes says where it goes on", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const controller = new AbortController();
    const stop = judge((_row, _answer, { signal }) => {
      controller.abort();
      return signal?.aborted ? Promise.reject(new Error("called off")) : 1;
    });
    const plan = model(reference).data(rows, task).adapt(lora({ rank: 2 }))
      .train({ epochs: 1, checkpoints: join(folder, "kept"), samples: 0 })
      .evaluate({ stop }, few);
    await assert.rejects(
      plan.run({ ...quiet, signal: controller.signal }),
      /stopped after the 2 steps of the training/,
    );
  }));

Deno.test("plan files hold how texts are written, and mistakes are told together", () => {
  const start = model("file:none").data("a.csv", task).adapt(lora());
  const plan = start.train({ samples: ["Hello"] }).evaluate({ perplexity, bleu }, {
    generate: { beams: 4, maxNewTokens: 9 },
  });
  const json = JSON.parse(JSON.stringify(plan));
  assert.deepEqual(json.generate, { beams: 4, maxNewTokens: 9 });
  assert.deepEqual(json.train.samples, ["Hello"]);
  assert.deepEqual(Plan.from(json).toJSON(), plan.toJSON());
  assert.match(String(plan), /generate +beams 4, maxNewTokens 9/);
  assert.throws(
    () => Plan.from({ ...json, generate: { beam: 4, maxNewTokens: 0 } }),
    /beam[^]*did you mean "beams"[^]*maxNewTokens/,
  );
  assert.throws(
    () => start.train().evaluate({ bleu }, { generate: { topK: 4 } }),
    /without a temperature/,
  );
  const wrongOptions = { generate: { answers: 2 } } as never;
  assert.throws(() => start.train().evaluate({ bleu }, wrongOptions), /answers/);
  assert.throws(
    () =>
      JSON.stringify(
        start.train().evaluate({ bleu }, { generate: { logitBias: { a: -Infinity } } }),
      ),
    /logitBias/,
  );
});

Deno.test("the notebook's live view shows what the model writes at validations", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"), "gpt2");
    const shown: string[] = [];
    const notebook = {
      show(bundle: Record<string, unknown>) {
        shown.push(String(bundle["text/html"]));
        return Promise.resolve();
      },
    };
    const result = await model(reference).data(rows, task, { validation: 4 }).adapt(
      lora({ rank: 2 }),
    )
      .train({ epochs: 2 }).run({ notebook: notebook as never });
    assert.match(shown.at(-1)!, /What the model writes before and now/);
    await result.dispose();
  }));

Deno.test("tasks that write nothing take neither samples nor written scores", async () => {
  const table = tableFromRows(reviews(12).map(({ text, mood }) => ({ text, mood })));
  const labels = model("file:none").data(table, { text: "text", label: "mood" }).adapt(head());
  await assert.rejects(
    labels.train({ samples: 2 }).evaluate({ bleu } as never).run(quiet),
    (error) =>
      error instanceof TunebookError && /samples[^]*is for tasks/.test(error.message) &&
      /bleu does not score/.test(error.message),
  );
});
