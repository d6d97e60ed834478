/**
 * Adapters of every task share a base: alone, mixed, stacked and averaged.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import {
  adapter,
  ia3,
  lora,
  model,
  open,
  peft,
  promptTuning,
  sentenceEmbeddings,
  type TaggedText,
} from "tunebook";
import { jupyterDisplay } from "../../../lib/core/display.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { tinyModel } from "../tiny.ts";
import { answersOf, assertSameAnswers, openedTasks, otherTags } from "./tasks.ts";
import { quiet } from "./trained.ts";

/** A run adds a matrix where a shared base adds a product of two, in another order. */
const tolerance = 1e-5;

/** A vector has numbers above 1, which float32 rounds more coarsely. */
const toleranceOf = (name: string) => name === "sentence-embeddings" ? 1e-4 : tolerance;

for (const [name, tested] of Object.entries(openedTasks)) {
  for (const family of ["bert", "llama"]) {
    Deno.test(`${name}: adapters on a ${family} are switched, mixed, stacked and averaged`, () =>
      inFolder(async (folder) => {
        const at = (name: string) => join(folder, name);
        const { inputs } = tested;
        const within = toleranceOf(name);
        const reference = await tinyModel(at("base"), family);
        const expected = {
          a: await answersOf(reference, tested, lora({ rank: 2 }), adapter(at("a"))),
          b: await answersOf(reference, tested, lora({ rank: 4 }), adapter(at("b"))),
          c: await answersOf(reference, tested, promptTuning({ tokens: 3 }), adapter(at("c"))),
        };
        const base = await open(reference);
        try {
          const all = await base.attach({ a: at("a"), b: at("b"), c: peft(at("c")) });
          for (const each of all.names) {
            const found = await all.use(each).predict(inputs);
            assertSameAnswers(found, expected[each], within);
            assert.equal(jupyterDisplay in found, jupyterDisplay in expected[each]);
          }
          const last = inputs.length - 1;
          const names = inputs.map((_, row) => (["b", "c", "a"] as const)[row]);
          const mixed = await all.predict(inputs, { adapters: names });
          assertSameAnswers(mixed, names.map((each, row) => expected[each][row]), within);

          // Weights of 1 are the sum of both, which is what acts at once.
          const sum = all.average({ a: 1, b: 1 }, { head: "a" });
          await sum.save(at("sum"));
          const stacked = await all.stack(["a", "b"]).predict(inputs);
          const more = await all.attach({ sum });
          assertSameAnswers(await more.use("sum").predict(inputs), stacked, within);
          const again = await more.predict(inputs, {
            adapters: inputs.map((_, row) => row === last ? "sum" : ["a", "b"] as const),
          });
          assertSameAnswers(again, stacked, within);
          const saved = await open(at("sum"));
          assertSameAnswers(await saved.predict(inputs), stacked, within);
          await saved.dispose();
          // Heads for the same labels have an average.
          const half = all.average({ a: 0.5, b: 0.5 });
          const run = await model(reference).data(tested.rows, tested.task, { test: tested.rows })
            .adapt(half).train({ epochs: 0, maxTokens: 20 }).run(quiet);
          const averaged = await (await all.attach({ half })).use("half").predict(inputs);
          assertSameAnswers(averaged, await run.predict(inputs), within);
          await run.dispose();
        } finally {
          await base.dispose();
        }
      }));
  }
}

Deno.test("adapters with other labels of words share a base, and sets of other tasks, too", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const reference = await tinyModel(at("base"));
    const people = openedTasks["token-classification"];
    const search = openedTasks["sentence-embeddings"];
    const expected = {
      people: await answersOf(reference, people, lora(), adapter(at("people"))),
      places: await answersOf(reference, otherTags, ia3(), adapter(at("places"))),
      search: await answersOf(reference, search, lora(), adapter(at("search"))),
    };
    const base = await open(reference);
    try {
      const names = await base.attach({ people: at("people"), places: at("places") });
      const [first] = people.inputs;
      const both = await names.predict([first, first], { adapters: ["people", "places"] });
      assertSameAnswers(both, [expected.people[0], expected.places[0]], tolerance);
      assert.deepEqual(names.use("places").labels, ["O", "I-LOC", "B-LOC"]);
      assert.equal(names.use("places").kind, "tags");
      assert.throws(
        () => names.average({ people: 0.5, places: 0.5 }),
        isMistake("input", "have other labels (O, I-PER, B-PER; O, I-LOC, B-LOC)", "{ head: "),
      );
      const taken = names.average({ people: 1 }, { head: "people" });
      await assert.rejects(
        names.attach({ search: at("search") }),
        isMistake("input", "search was trained for sentence-embeddings", "token-classification"),
      );
      const vectors = await base.attach({ search: at("search") });
      assertSameAnswers(await vectors.use("search").predict(search.inputs), expected.search, 1e-4);
      // One that takes the place of the only other one may be of another task.
      const replaced = await vectors.attach({ search: at("people") });
      const tagged = await replaced.use("search").predict(people.inputs);
      assertSameAnswers(tagged, expected.people, tolerance);
      const again = await (await names.attach({ taken })).use("taken").predict(people.inputs);
      assertSameAnswers(again, expected.people, tolerance);
      // The base itself has a head of labels only.
      assert.throws(() => names.use(null), isMistake("weights", "no classifier.weight"));
      assert.equal(base.task, "text-classification");
      // Without adapters a set is the base.
      const none = await base.attach({});
      const [labelled] = await none.predict(["the film"], { adapters: [null] });
      assertSameAnswers([labelled], await base.predict(["the film"]), tolerance);
    } finally {
      await base.dispose();
    }
  }));

Deno.test("adapters whose vectors are pooled in other ways share a base, but have no average", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const reference = await tinyModel(at("base"));
    const cls = openedTasks["sentence-embeddings"];
    const settings = { first: "first", second: "second", score: "score" };
    const mean = { ...cls, task: sentenceEmbeddings({ ...settings, pooling: "mean" }) };
    const expected = {
      cls: await answersOf(reference, cls, lora(), adapter(at("cls"))),
      mean: await answersOf(reference, mean, lora(), adapter(at("mean"))),
    };
    const base = await open(reference);
    try {
      const all = await base.attach({ cls: at("cls"), mean: at("mean") });
      const found = await all.predict(cls.inputs, { adapters: ["cls", "mean"] });
      assertSameAnswers(found, [expected.cls[0], expected.mean[1]], 1e-4);
      assert.throws(
        () => all.average({ cls: 0.5, mean: 0.5 }),
        isMistake("input", "other settings", 'pooling "cls"', 'pooling "mean"'),
      );
      // The base's vectors, without any adapter.
      const [vector] = await all.use(null).predict(cls.inputs);
      assert.ok(vector instanceof Float32Array);
    } finally {
      await base.dispose();
    }
  }));

Deno.test("an open base answers beside its adapters", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const reference = await tinyModel(at("base"));
    const { task, inputs } = openedTasks["sentence-embeddings"];
    const expected = await answersOf(
      reference,
      openedTasks["sentence-embeddings"],
      lora(),
      adapter(at("a")),
    );
    const base = await open(reference, { task });
    try {
      const before = await base.predict(inputs);
      const set = await base.attach({ a: at("a") });
      assertSameAnswers(await set.use("a").predict(inputs), expected, 1e-4);
      assertSameAnswers(await set.use(null).predict(inputs), before, 1e-4);
      assertSameAnswers(await base.predict(inputs), before, 0);
    } finally {
      await base.dispose();
    }
  }));

Deno.test("answers that are objects say which adapter made them", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const reference = await tinyModel(at("base"));
    const tested = openedTasks["token-classification"];
    await answersOf(reference, tested, lora(), adapter(at("a")));
    const base = await open(reference);
    try {
      const set = await base.attach({ a: at("a") });
      const [answer] = await set.use("a").predict(tested.inputs) as
        & TaggedText[]
        & { adapter: string }[];
      assert.equal(answer.adapter, "a");
      assert.equal(String(set), `a on ${reference}`);
    } finally {
      await base.dispose();
    }
  }));

Deno.test("an adapter for next tokens writes the same texts when it is open alone and beside others", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const reference = await tinyModel(at("base"), "gpt2");
    const { rows } = openedTasks["sentence-embeddings"];
    const run = await model(reference).data(rows, { text: "first", test: rows })
      .adapt(lora()).train({ epochs: 1 }).deploy(adapter(at("a"))).run(quiet);
    await run.dispose();
    const base = await open(reference);
    const alone = await open(at("a"));
    try {
      assert.equal(alone.task, "text-generation");
      const [text] = await alone.predict(["the film"]) as string[];
      const [written] = await alone.generate(["the film"]);
      assert.equal(text, written.text);
      const set = await base.attach({ a: at("a") });
      assert.deepEqual(await set.use("a").predict(["the film"]), [text]);
    } finally {
      await base.dispose();
      await alone.dispose();
    }
  }));
