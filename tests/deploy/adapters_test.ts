import assert from "node:assert/strict";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { pipeline, Tensor } from "@huggingface/transformers";
import {
  accuracy,
  adapter,
  adapters,
  bitfit,
  full,
  ia3,
  lora,
  type Method,
  model,
  Plan,
  promptTuning,
  sentenceEmbeddings,
  tableFromRows,
} from "tunebook";
import { isMistake } from "../is_mistake.ts";
import { openedTasks } from "../pipeline/open/tasks.ts";
import { quiet } from "../pipeline/open/trained.ts";
import { moods, tinyModel } from "../pipeline/tiny.ts";
import { inFolder } from "../weights/in_folder.ts";

const settings = { epochs: 3, learningRate: 1e-2, batchSize: 8 };
const columns = { text: "text", label: "mood" };
/** Scores are rounded by neither side; both compute the softmax of nearly the same logits. */
const tolerance = 1e-5;
const texts = ["a good film", "the food was awful", "it", "sad and broken ".repeat(12)];

/** Rows of three kinds. */
const kinds = tableFromRows(
  Array.from({ length: 48 }, (_, row) => ({
    text: `${["good", "bad", "fine"][row % 3]} ${row % 2 ? "film" : "food"}`,
    mood: ["x", "y", "z"][row % 3],
  })),
);

interface Scored {
  readonly label: string;
  readonly score: number;
}

Deno.test("adapters of unlike ranks, layers and labels take turns on one graph", () =>
  inFolder(async (folder) => {
    const out = join(folder, "out");
    const base = await tinyModel(join(folder, "base"));
    const first = await model(base).data(kinds, columns)
      .adapt(lora({ rank: 3, targets: ["query", "key"] })).train(settings)
      .deploy(adapter(join(folder, "kinds"))).run(quiet);
    const second = await model(base).data(moods(48), columns)
      .adapt(lora({ rank: 2 })).train(settings).evaluate({ accuracy })
      .deploy(adapters(out, { name: "moods", others: { kinds: join(folder, "kinds") } }))
      .run(quiet);
    const [{ files, wasm, reader, largestDifference, agreement }] = second.receipts;
    assert.deepEqual(files.map(({ path }) => path), [
      "adapters.js",
      "adapters.json",
      "adapters/kinds.safetensors",
      "adapters/moods.safetensors",
      "config.json",
      "onnx/model.onnx",
      "tokenizer.json",
      "tokenizer_config.json",
    ]);
    assert.ok(largestDifference < 1e-4 && wasm!.largestDifference < 1e-4);
    assert.equal(agreement!.same, agreement!.compared);
    assert.ok(reader!.answers!.inputs >= 10 && wasm!.answers!.inputs > 5);

    const classify = await pipeline("text-classification", out, { local_files_only: true });
    const { openAdapters } = await import(pathToFileURL(join(out, "adapters.js")).href);
    const read = async (path: string) => (await Deno.readFile(path)).buffer;
    const open = await openAdapters(classify, Tensor, out, read);
    assert.deepEqual(open.names, ["moods", "kinds"]);
    const seen = new Set<string>();
    for (const [name, result] of [["kinds", first], ["moods", second], ["kinds", first]] as const) {
      await open.use(name);
      const wanted = await result.predict(texts);
      const found = await classify(texts) as unknown as Scored[];
      found.forEach(({ label, score }, i) => {
        assert.equal(label, wanted[i].label, `${name}: ${texts[i]}`);
        assert.ok(Math.abs(score - wanted[i].probabilities[label]) < tolerance, name);
        seen.add(label);
      });
    }
    assert.ok(seen.size > 2, "both adapters answer with their own labels");
    await assert.rejects(open.use("colours"), /no adapter "colours"; there are moods, kinds/);
    await classify.dispose();
    await first.dispose();
    await second.dispose();
  }));

const methods: Readonly<Record<string, Method>> = { ia3: ia3(), bitfit: bitfit() };
for (const [name, method] of Object.entries(methods)) {
  Deno.test(`${name} is fed to a graph as LoRA is`, () =>
    inFolder(async (folder) => {
      const result = await model(await tinyModel(join(folder, "base"))).data(moods(48), columns)
        .adapt(method).train(settings).deploy(adapters(join(folder, "out"))).run(quiet);
      assert.ok(result.receipts[0].largestDifference < 1e-4);
      await result.dispose();
    }));
}

Deno.test("vectors of texts have adapters, too", () =>
  inFolder(async (folder) => {
    const rows = tableFromRows(
      Array.from({ length: 24 }, (_, row) => ({ a: `good film ${row}`, b: `fine place ${row}` })),
    );
    const result = await model(await tinyModel(join(folder, "base")))
      .data(rows, sentenceEmbeddings({ anchor: "a", positive: "b" }))
      .adapt(lora({ rank: 2 })).train(settings).deploy(adapters(join(folder, "out"))).run(quiet);
    assert.ok(result.receipts[0].wasm!.answers!.inputs > 5);
    await result.dispose();
  }));

Deno.test("spans have two outputs, whatever is fed", () =>
  inFolder(async (folder) => {
    const { task, rows } = openedTasks["question-answering"];
    const result = await model(await tinyModel(join(folder, "base")))
      .data(rows, task, { test: rows }).adapt(lora({ rank: 2 })).train({ epochs: 1, maxTokens: 20 })
      .deploy(adapters(join(folder, "out"))).run(quiet);
    const [{ largestDifference, reader, wasm }] = result.receipts;
    assert.ok(largestDifference < 1e-4 && wasm!.largestDifference < 1e-4);
    assert.ok(reader!.answers!.inputs > 5 && wasm!.answers!.inputs > 5);
    await result.dispose();
  }));

Deno.test("what cannot be fed is refused before anything is trained", () =>
  inFolder(async (folder) => {
    const base = await tinyModel(join(folder, "base"));
    const run = (method: Method, target = adapters(join(folder, "out"))) =>
      model(base).data(moods(48), columns).adapt(method).train(settings).deploy(target).run(quiet);
    await assert.rejects(run(promptTuning()), isMistake("unsupported", "virtual tokens"));
    await assert.rejects(run(full()), isMistake("unsupported", "onnx(folder)"));
    const gone = adapters(join(folder, "out"), { others: { films: join(folder, "none") } });
    await assert.rejects(run(lora(), gone), isMistake("unsupported", "films", "none"));
    assert.throws(
      () => adapters("a", { name: "a/b", others: { "..": "", trained: 1 as never } }),
      isMistake("input", "name", "letters, digits", '".."', "no folder for trained"),
    );
    assert.throws(
      () => adapters("a", { others: { phones: "a/adapters/phones" } }),
      isMistake("input", "phones in a, which is written anew"),
    );
    const plan = model(base).data("a.csv", columns).adapt(lora()).train()
      .deploy(adapters("out/app", { name: "films", others: { phones: "out/phones" } }));
    const json = JSON.parse(JSON.stringify(plan));
    assert.deepEqual(Plan.from(json).toJSON(), json);
  }));
