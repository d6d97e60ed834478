import assert from "node:assert/strict";
import { join } from "node:path";
import {
  type AdapterPrediction,
  ia3,
  lora,
  merged,
  type Method,
  model,
  open,
  peft,
  Plan,
  promptTuning,
  writeTable,
} from "tunebook";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { tinyModel } from "../tiny.ts";
import { assertSame, quiet, settings, table, texts, trained } from "./trained.ts";

const alone = (predictions: readonly AdapterPrediction[]) =>
  predictions.map((each) => each.adapter);

Deno.test("adapters of other methods and labels share a base, one at a time and mixed", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const at = (name: string) => join(folder, name);
    const expected = {
      mood: await trained(reference, at("mood"), lora({ rank: 4 }), { label: "mood" }),
      topics: await trained(reference, at("topics"), ia3(), {
        label: "topics",
        kind: "multi",
        separator: "|",
      }),
      score: await trained(reference, at("score"), promptTuning({ tokens: 3 }), {
        label: "score",
        kind: "regression",
      }),
    };
    const base = await model(reference).open();
    const adapters = await base.attach({
      mood: at("mood"),
      topics: peft(at("topics")),
      score: at("score"),
    });
    try {
      assert.deepEqual(adapters.names, ["mood", "topics", "score"]);
      for (const name of adapters.names) {
        const found = await adapters.use(name).predict(texts);
        assertSame(found, expected[name]);
        assert.deepEqual(alone(found), texts.map(() => name));
      }
      assert.equal(adapters.use("topics").kind, "multi");
      assert.equal(adapters.use("score").kind, "regression");
      const names = ["topics", "mood", null, "score"] as const;
      const mixed = await adapters.predict(texts, { adapters: names });
      assert.deepEqual(alone(mixed), names);
      const plain = await adapters.use(null).predict(texts);
      assertSame(mixed, names.map((name, row) => (name ? expected[name] : plain)[row]));
      // The checkpoint's own head, its labels and what they mean, whichever adapter comes first.
      const turned = await base.attach({ score: at("score"), mood: at("mood") });
      for (const { labels, kind } of [adapters.use(null), turned.use(null)]) {
        assert.deepEqual(labels, ["LABEL_0", "LABEL_1", "LABEL_2"]);
        assert.equal(kind, "single");
      }
      assertSame(await turned.use(null).predict(texts), await base.predict(texts));
    } finally {
      await base.dispose();
    }
  }));

Deno.test("an adapter in a new place does not need the base's file again", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const at = (name: string) => join(folder, name);
    const expected = {
      a: await trained(reference, at("a"), lora({ rank: 2 }), { label: "mood" }),
      b: await trained(reference, at("b"), ia3(), { label: "mood" }),
    };
    const base = await model(reference).open();
    try {
      const first = await base.attach({ a: at("a") });
      assertSame(await first.use("a").predict(texts), expected.a);
      await Deno.truncate(join(folder, "base", "model.safetensors"), 0);
      const both = await first.attach({ b: at("b") });
      assertSame(await both.use("b").predict(texts), expected.b);
      assertSame(await both.use("a").predict(texts), expected.a);
    } finally {
      await base.dispose();
    }
  }));

Deno.test("stacked and averaged adapters act, are saved, trained on and merged", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const at = (name: string) => join(folder, name);
    const columns = { label: "mood" };
    await trained(reference, at("a"), lora({ rank: 2 }), columns);
    await trained(
      reference,
      at("b"),
      lora({ rank: 4, targets: ["value", "output.dense"] }),
      columns,
    );
    const base = await model(reference).open();
    try {
      const adapters = await base.attach({ a: at("a"), b: at("b") });
      // Weights of 1 are the sum of both, which is what acts at once; only the head is another.
      const sum = adapters.average({ a: 1, b: 1 }, { head: "a" });
      await sum.save(at("sum"));
      const more = await adapters.attach({ sum, saved: at("sum") });
      const stacked = await more.stack(["a", "b"]).predict(texts);
      assertSame(await more.use("sum").predict(texts), stacked);
      assertSame(await more.use("saved").predict(texts), stacked);
      const rows = await more.predict(texts, {
        adapters: [["a", "b"], "sum", "saved", ["b", "a"]],
      });
      assertSame(rows.slice(0, 3), stacked.slice(0, 3));
      const other = await more.stack(["b", "a"], { head: "a" }).predict(texts);
      assertSame(other, stacked);
      assert.deepEqual(
        (await more.stack(["a", "b"], { head: "b" }).predict(texts))[0].adapter,
        ["a", "b"],
      );

      const run = await model(reference).data(table(60), { text: "text", label: "mood" })
        .adapt(sum).train({ epochs: 0 }).deploy(merged(at("merged"))).run(quiet);
      assertSame(await run.predict(texts), stacked);
      assert.ok(run.receipts[0].largestDifference < 1e-4);
      await run.dispose();
      const further = await model(reference).data(table(60), { text: "text", label: "mood" })
        .adapt(peft(at("sum"))).train(settings).run(quiet);
      assert.ok(further.losses.length > 0 && further.losses.every(Number.isFinite));
      await further.dispose();
    } finally {
      await base.dispose();
    }
  }));

Deno.test("a plan's JSON says how to hold an average, and the saved one reads back", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const at = (name: string) => join(folder, name);
    await trained(reference, at("a"), lora({ rank: 2 }), { label: "mood" });
    await trained(reference, at("b"), lora({ rank: 4 }), { label: "mood" });
    const rows = at("reviews.csv");
    await writeTable(table(30), rows);
    const base = await model(reference).open();
    try {
      const adapters = await base.attach({ a: at("a"), b: at("b") });
      const stage = model(reference).data(rows, { text: "text", label: "mood" });
      for (const combination of ["cat", "svd"] as const) {
        const average = adapters.average({ a: 0.7, b: 0.6 }, { combination });
        const of = (method: Method) => stage.adapt(method).train({ epochs: 0 });
        const how = isMistake("input", /an average of adapters; save it.*peft\(folder\)/);
        assert.throws(() => of(average).toJSON(), how);
        assert.throws(() => stage.compare({ average, lora: lora() }).toJSON(), how);
        await average.save(at(combination));
        const read = Plan.from(JSON.parse(JSON.stringify(of(peft(at(combination))))));
        const [first, again] = [await of(average).run(quiet), await read.run(quiet)];
        const expected = await first.predict(texts);
        assertSame(await again.predict(texts), expected);
        assertSame(
          await (await adapters.attach({ average })).use("average").predict(texts),
          expected,
        );
        await first.dispose();
        await again.dispose();
      }
      // Adapters in a stack are the average with weights of 1, but for the head that is chosen.
      const both = adapters.average({ a: 1, b: 1 }, { head: "b" });
      await both.save(at("both"));
      const plan = Plan.from(JSON.parse(JSON.stringify(
        stage.adapt(peft(at("both"))).train({ epochs: 0 }),
      )));
      const run = await plan.run(quiet);
      const stacked = await adapters.stack(["a", "b"], { head: "b" }).predict(texts);
      assertSame(await run.predict(texts), stacked);
      await run.dispose();
    } finally {
      await base.dispose();
    }
  }));

Deno.test("an average fits only the model whose adapters it is made of", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const other = await tinyModel(join(folder, "other"), "distilbert");
    await trained(reference, join(folder, "a"), lora({ rank: 2 }), { label: "mood" });
    const [base, strange] = [await model(reference).open(), await model(other).open()];
    try {
      const average = (await base.attach({ a: join(folder, "a") })).average({ a: 0.5 });
      const mistake = isMistake("input", /layers this distilbert has not/);
      const plan = model(other).data(table(60), { text: "text", label: "mood" })
        .adapt(average).train(settings);
      await assert.rejects(plan.run(quiet), mistake);
      await assert.rejects(strange.attach({ average }), mistake);
    } finally {
      await base.dispose();
      await strange.dispose();
    }
  }));

Deno.test("what cannot be used is an error that says what to do", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const at = (name: string) => join(folder, name);
    const columns = { label: "mood" };
    await trained(reference, at("a"), promptTuning({ tokens: 2 }), columns);
    await trained(reference, at("b"), promptTuning({ tokens: 3 }), columns);
    const base = await model(reference).open();
    try {
      await assert.rejects(
        base.attach({ new: lora() }),
        isMistake("input", /new: lora is a method that is not trained yet/),
      );
      await assert.rejects(base.attach({ none: at("none") }), isMistake("weights", /none/));
      await assert.rejects(
        base.attach({ whole: at("base") }),
        isMistake("weights", /whole: there is no adapter_config.json in .*base/),
      );
      for (const [source, shown] of [[5, "a number"], [null, "null"], [base, "an? object"]]) {
        await assert.rejects(
          base.attach({ odd: source as never }),
          isMistake("input", new RegExp(`odd is ${shown}, but must be the folder`)),
        );
      }
      const adapters = await base.attach({ first: at("a"), second: `file:${at("b")}` });
      const name = "frist" as "first";
      assert.throws(() => adapters.use(name), isMistake("input", /"frist".*mean "first"/));
      assert.throws(
        () => adapters.stack(["first", "second"]),
        isMistake("unsupported", /two adapters with a prompt/),
      );
      assert.throws(
        () => adapters.average({ first: 0.5, second: 0.5 }),
        isMistake("unsupported", /two prompts have no order/),
      );
      adapters.use(null);
      assert.throws(
        () => adapters.use(undefined as never),
        isMistake("input", /no adapter undefined/),
      );
      assert.throws(() => adapters.stack([]), isMistake("input", /at least one/));
      assert.throws(() => adapters.stack(["first", "first"]), isMistake("input", /acts once/));
      await assert.rejects(
        () => adapters.predict(texts, { adapters: ["first"] }),
        isMistake("input", /4 inputs need as many adapters, not 1/),
      );
      await assert.rejects(
        () => adapters.predict(texts, { adapters: [name, "first", [name], "second"] }),
        isMistake("input", /input 1: no adapter "frist"[^]*input 3: no adapter "frist"/),
      );
      await assert.rejects(
        () => adapters.predict(texts, {} as never),
        isMistake("input", /4 inputs need as many adapters, not none/),
      );
      await assert.rejects(
        adapters.use("first").predict("a text" as never),
        isMistake("input", /takes a list of inputs/),
      );
      // Prompts of other lengths run in batches of their own.
      const mixed = await adapters.predict(texts, { adapters: ["first", "second", null, "first"] });
      const first = await adapters.use("first").predict(texts);
      assertSame([mixed[0], mixed[3]], [first[0], first[3]]);
      assertSame([mixed[1]], [(await adapters.use("second").predict(texts))[1]]);
    } finally {
      await base.dispose();
    }
  }));

Deno.test("the model alone gives labels only where the checkpoint has a head", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const reference = await tinyModel(at("base"));
    // A config with other labels than the checkpoint's head has numbers.
    const config = JSON.parse(await Deno.readTextFile(join(at("base"), "config.json")));
    const changed = { ...config, id2label: { 0: "no", 1: "yes" } };
    await Deno.writeTextFile(join(at("base"), "config.json"), JSON.stringify(changed));
    await trained(reference, at("a"), lora(), { label: "mood" });
    const base = await model(reference).open();
    try {
      const adapters = await base.attach({ a: at("a") });
      assert.throws(
        () => adapters.use(null),
        isMistake("weights", /the base has no classifier\.weight/),
      );
      assert.equal((await adapters.use("a").predict(texts)).length, texts.length);
    } finally {
      await base.dispose();
    }
  }));

Deno.test("the folder of a LoRA file, which names no base, is told apart from a model's", () =>
  inFolder(async (folder) => {
    await Deno.writeFile(join(folder, "pytorch_lora_weights.safetensors"), new Uint8Array(8));
    await assert.rejects(
      () => open(folder),
      isMistake("input", "pytorch_lora_weights.safetensors", "adapt(peft("),
    );
  }));
