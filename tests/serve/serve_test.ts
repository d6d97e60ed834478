/**
 * Folders that tunebook writes are served: whole models, adapters by themselves, and many adapters on a base.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { accuracy, ia3, lora, merged, model, onnx, type Prediction, serve } from "tunebook";
import { loadedAdapters } from "../../lib/pipeline/serve/loaded_adapters.ts";
import { isMistake } from "../is_mistake.ts";
import { quiet, settings, table, texts, trained } from "../pipeline/open/trained.ts";
import { tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";
import { get, post } from "./toy_base.ts";

const usual = { port: 0, quiet: true };
/** A run adds a matrix where a shared base adds a product of two, in another order. */
const tolerance = 1e-4;

function assertSame(found: readonly Prediction[], expected: readonly Prediction[]): void {
  assert.equal(found.length, expected.length);
  found.forEach(({ label, probabilities }, row) => {
    if (typeof label !== "number") assert.deepEqual(label, expected[row].label);
    assert.deepEqual(Object.keys(probabilities), Object.keys(expected[row].probabilities));
    for (const [name, value] of Object.entries(probabilities)) {
      assert.ok(Math.abs(value - expected[row].probabilities[name]) < tolerance, name);
    }
  });
}

Deno.test("adapters and whole models answer as they do in a program, adapters in one batch", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const reference = await tinyModel(at("base"));
    const expected = {
      mood: await trained(reference, at("mood/adapter"), lora({ rank: 2 }), { label: "mood" }),
      topics: await trained(reference, at("more/topics"), ia3(), {
        label: "topics",
        kind: "multi",
        separator: "|",
      }),
      score: await trained(reference, at("more/score"), lora({ rank: 4 }), {
        label: "score",
        kind: "regression",
      }),
    };
    const whole = await model(reference).data(table(60), { text: "text", label: "mood" })
      .adapt(lora()).train(settings).deploy(merged(at("whole"))).run(quiet);
    const wholeAnswers = await whole.predict(texts);
    await whole.dispose();

    await using server = await serve([at("mood/adapter"), at("whole")], {
      ...usual,
      adapters: at("more"),
      maxAdapters: 1,
    });
    assert.deepEqual([...server.models].sort(), ["mood", "score", "topics", "whole"]);
    for (const _ of [1, 2]) {
      // Requests at the same time, so that adapters share batches.
      const answers = await Promise.all(
        Object.keys(expected).flatMap((model) =>
          texts.map((input) => post(server, "/classify", { model, input }))
        ),
      );
      const found = answers.map(({ body, status }) => {
        assert.equal(status, 200, JSON.stringify(body));
        return body.data[0];
      });
      assertSame(found, Object.values(expected).flat());
    }
    const { body } = await post(server, "/classify", { model: "whole", input: texts });
    assertSame(body.data, wholeAnswers);
    const listed = await get(server, "/v1/models/topics");
    assert.deepEqual(listed.body.kind, "multi");
    assert.deepEqual(listed.body.labels, Object.keys(expected.topics[0].probabilities));
    const { body: card } = await get(server, "/v1/models/topics/card");
    assert.equal(card.facts.method, "ia3");
    assert.deepEqual(card.receipts.map(({ target }: { target: string }) => target), ["adapter"]);
    assert.match(card.text, /^# Adapter for a folder\n/);
    assert.ok(!JSON.stringify(card).includes(folder), "no folder is named");
    const metrics = await (await fetch(`${server.url}/metrics`)).text();
    const sum = Number(/tunebook_batch_inputs_sum (\d+)/.exec(metrics)![1]);
    const count = Number(/tunebook_batch_inputs_count (\d+)/.exec(metrics)![1]);
    assert.equal(sum, 28);
    assert.ok(count < sum / 2, `${count} batches of ${sum} inputs`);
  }));

Deno.test("a single adapter is served by itself, and mistakes are told together", () =>
  inFolder(async (folder) => {
    const at = (name: string) => join(folder, name);
    const reference = await tinyModel(at("base"));
    const expected = await trained(reference, at("mood"), lora({ rank: 2 }), { label: "mood" });
    await using server = await serve({ "films/mood": at("mood") }, usual);
    const { body } = await post(server, "/classify", { input: texts });
    assert.equal(body.model, "films/mood");
    assertSame(body.data, expected);
    assert.equal((await get(server, "/v1/models/films%2Fmood")).status, 200);

    await assert.rejects(
      serve({ a: "", "b c": "out", d: 3 as never }, usual),
      isMistake("input", '"a": ', '"b c" cannot be the name of a model', '"d": 3 is no folder'),
    );
    await assert.rejects(
      serve([at("mood"), join(folder, "..", folder.split("/").at(-1)!, "mood")], usual),
      isMistake("input", 'several models are called "mood"'),
    );
    await assert.rejects(serve([], usual), isMistake("input", "serve was given no model"));
    await assert.rejects(
      serve(at("mood"), { ...usual, port: server.port }),
      isMistake("input", `port ${server.port} is taken`),
    );
    await assert.rejects(
      serve(at("mood"), { ...usual, adapters: at("none") }),
      isMistake("input", "adapters: ", "cannot be read"),
    );
    await assert.rejects(
      serve(at("mood"), { apiKeys: ["short"], prot: 3, port: 70_000 } as never),
      (error: Error) => {
        assert.match(error.message, /port is 70000/);
        assert.match(error.message, /did you mean "port"/);
        assert.match(error.message, /apiKeys must be/);
        assert.doesNotMatch(error.message, /short/);
        return true;
      },
    );
  }));

Deno.test("a result serves itself until it is disposed of", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const target = onnx(join(folder, "onnx"));
    const result = await model(reference).data(table(60), { text: "text", label: "mood" })
      .adapt(lora()).train(settings).evaluate({ accuracy }).deploy(target).run(quiet);
    const expected = await result.predict(texts);
    const server = await result.serve({ ...usual, name: "moods" });
    const { body } = await post(server, "/classify", { model: "moods", input: texts });
    assertSame(body.data, expected);
    const { body: card } = await get(server, "/v1/models/moods/card");
    const { low, high } = result.intervals.accuracy;
    assert.deepEqual(card.scores, [
      { name: "accuracy", value: result.scores.accuracy, low, high },
    ]);
    assert.deepEqual(card.receipts.map(({ target }: { target: string }) => target), ["onnx"]);
    const other = await result.serve(usual);
    assert.deepEqual(other.models, ["model"]);
    await other.stop();
    assertSame(await result.predict(texts), expected);
    await result.dispose();
    await server.finished;
    await assert.rejects(fetch(server.url));
    const graph = await serve(join(folder, "onnx"), usual);
    assertSame((await post(graph, "/classify", { input: texts })).body.data, expected);
    await graph.stop();
  }));

Deno.test("adapters are forgotten in the order in which they were last asked for", async () => {
  const read: string[] = [];
  const loaded = loadedAdapters(2, (name) => {
    read.push(name);
    return name === "bad" ? Promise.reject(new Error("bad")) : Promise.resolve({ name });
  });
  await loaded.get("a");
  await loaded.get("b");
  await loaded.get("a");
  await loaded.get("c");
  assert.deepEqual(loaded.names, ["b", "a", "c"]);
  loaded.trim();
  assert.deepEqual(loaded.names, ["a", "c"]);
  await loaded.get("a");
  await assert.rejects(loaded.get("bad"));
  assert.deepEqual(loaded.names, ["c", "a"]);
  await assert.rejects(loaded.get("bad"));
  assert.deepEqual(read, ["a", "b", "c", "bad", "bad"]);
});

Deno.test("a model whose folder has a profile is watched, with its unknown tokens, and stored where told", () =>
  inFolder(async (folder) => {
    const reference = await tinyModel(join(folder, "base"));
    const [watched, store] = [join(folder, "mood/adapter"), join(folder, "store")];
    await trained(reference, watched, lora({ rank: 2 }), { label: "mood" });
    const rules = { window: 40, looks: 1 };
    const server = await serve(watched, { ...usual, watch: { rules, store: { folder: store } } });
    const input = Array.from({ length: 40 }, (_, row) => `${texts[row % texts.length]} ☃`);
    await post(server, "/classify", { input });
    const { body } = await get(server, "/watch.json");
    await server.stop();
    const report = body as {
      model: string;
      rows: number;
      drift: { signal: string; served: number }[];
    };
    assert.deepEqual([report.model, report.rows], ["mood", 40]);
    const unknown = report.drift.find(({ signal }) => signal === "unknown tokens")!;
    assert.equal(unknown.served, 40);
    assert.deepEqual(Array.from(Deno.readDirSync(store), ({ name }) => name), ["mood.sqlite"]);

    await using off = await serve(watched, { ...usual, watch: false });
    assert.equal((await get(off, "/watch.json")).status, 404);
    await Deno.remove(join(watched, "watch_profile.json"));
    await assert.rejects(
      serve(watched, { ...usual, watch: { rules } }),
      isMistake("data", "no model has a watch_profile.json"),
    );
    await assert.rejects(
      serve(watched, { ...usual, watch: { rule: {}, store: { file: "a" } } } as never),
      isMistake("input", "rule"),
    );
  }));

Deno.test("an address that cannot be listened at is told before a model is opened", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr as Deno.NetAddr;
  const missing = "a/folder/that/is/not/there";
  await assert.rejects(serve(missing, { port }), isMistake("input", `port ${port} is taken`));
  await assert.rejects(
    serve(missing, { port: 0, host: "192.0.2.1" }),
    isMistake("input", "192.0.2.1 is no address of this machine"),
  );
  await assert.rejects(
    serve(missing, { port: 0, host: "no.such.host.invalid" }),
    isMistake("input", "no.such.host.invalid is no address of this machine"),
  );
});
