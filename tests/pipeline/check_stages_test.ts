/**
 * Stages in a notebook, which checks no types: each looks at what it is given and shows the right call.
 */
import assert from "node:assert/strict";
import {
  accuracy,
  adapter,
  f1,
  head,
  lora,
  model,
  onnx,
  promptTuning,
  tableFromColumns,
} from "tunebook";
import { sentiment } from "tunebook/datasets";
import { isMistake } from "../is_mistake.ts";

// deno-lint-ignore no-explicit-any
type Any = any;

const table = tableFromColumns({ text: ["a", "b"], label: ["x", "y"] });
const columns = { text: "text", label: "label" };
const chosen: Any = model("file:none");
const stage: Any = chosen.data(table, columns);
const plan: Any = stage.adapt(lora()).train();

function refused(call: () => unknown, ...parts: (string | RegExp)[]): void {
  assert.throws(call, isMistake("input", ...parts));
}

Deno.test("a method is what a method's function gives", () => {
  refused(() => stage.adapt("lora"), 'adapt takes a method, lora(), but got "lora"');
  refused(() => stage.adapt("prompt_tuning"), "promptTuning()");
  refused(() => stage.adapt("prefixtunning"), "prefixTuning()");
  refused(() => stage.adapt(lora), "lora(), but got the function lora");
  refused(() => stage.adapt(promptTuning), "promptTuning(), but got");
  for (const wrong of [undefined, null, 8, {}, { rank: 8 }, []]) {
    refused(() => stage.adapt(wrong), "such as lora({ rank: 8 }), but got");
  }
});

Deno.test("metrics have names", () => {
  refused(() => plan.evaluate(accuracy), ".evaluate({ accuracy })");
  refused(() => plan.evaluate([accuracy, f1]), ".evaluate({ accuracy, f1 })");
  refused(() => plan.evaluate(f1.micro), ".evaluate({ f1_micro: f1.micro })");
  refused(() => plan.evaluate("accuracy"), ".evaluate({ accuracy })");
  refused(() => plan.evaluate(), ".evaluate({ accuracy })", "but got missing");
  refused(
    () => plan.evaluate({ accuracy: "accuracy", f1: "f2", own: () => 1, none: undefined }),
    'the score accuracy is the text "accuracy": import { accuracy } from "tunebook"',
    'the score f1 is the text "f2" (did you mean "f1"?)',
    "the score own is the function own: metric({ name, kinds, better, compute })",
    "the score none is missing",
  );
  assert.deepEqual(Object.keys(plan.evaluate({ accuracy, f1 }).spec.metrics), ["accuracy", "f1"]);
});

Deno.test("deploy takes targets, each with its folder", () => {
  refused(() => plan.deploy("out/x"), 'the text "out/x": onnx("out/x")');
  refused(() => plan.deploy(onnx), 'onnx("out/reviews/onnx")');
  refused(() => plan.deploy([adapter("a"), onnx("b")]), "one by one, .deploy(a, b)");
  refused(() => plan.deploy(undefined), "missing");
  for (const target of [adapter, onnx] as Any[]) {
    refused(() => target(), `takes the folder to write, ${target.name}("out/reviews/`);
    refused(() => target(""), "takes the folder to write");
  }
  assert.equal(plan.deploy(onnx("a"), adapter("b")).spec.targets.length, 2);
});

Deno.test("calls that come too early or too late show the order", async () => {
  const early = [
    () => chosen.train(),
    () => chosen.adapt(lora()),
    () => chosen.run(),
    () => stage.train({ epochs: 1 }),
    () => stage.evaluate({ accuracy }),
    () => stage.run(),
    () => stage.adapt(lora()).run(),
    () => stage.adapt(lora()).deploy(onnx("a")),
    () => plan.train({ epochs: 2 }),
    () => plan.data(table, columns),
  ];
  for (const call of early) refused(call, /has no \.\w+\(\): it follows \.\w+\(\) in model\(/);
  refused(() => plan.predict(["a"]), "await plan.run()", "await open(folder)");
  // A stage is data: what refuses is no part of it.
  assert.deepEqual(Object.keys(chosen), ["open", "data"]);
  assert.equal(await Promise.resolve(chosen), chosen);
});

Deno.test("data takes rows, and columns by name", () => {
  refused(() => chosen.data(table), ".data(rows, { text:", "but got missing");
  refused(() => chosen.data(table, "text", "label"), ".data(rows, { text:");
  refused(() => chosen.data(sentiment, columns), "await sentiment()");
  refused(() => chosen.data(sentiment({ rows: 3 }), columns), "a promise; write await before it");
  refused(() => chosen.data([{ text: "a" }], columns), "tableFromRows(list)");
});

Deno.test("compare takes methods by name", () => {
  refused(() => stage.compare(lora()), "must be a method");
  refused(() => stage.compare([lora(), head()]), "compare takes methods by name");
  refused(() => stage.compare({ lora, head: "head" }), "lora must be a method, lora()", "head()");
  refused(() => stage.compare({ lora: lora() }, { seed: 3 }), 'did you mean "seeds"');
});

Deno.test("options that are no object are told", async () => {
  refused(() => stage.adapt(lora()).train(3), "train takes its options as one object, but got 3");
  refused(() => (lora as Any)(8), "lora takes its options as one object, but got 8");
  refused(() => model("file:none", "nf4" as Any), 'but got "nf4"');
  await assert.rejects(plan.run("cpu"), isMistake("input", 'but got "cpu"'));
  await assert.rejects(plan.run({ device: 3 }), isMistake("input", "device is 3"));
  for (const wrong of [undefined, null, 3, {}]) {
    refused(() => model(wrong as Any), "model reference");
  }
});

Deno.test("PEFT's and transformers' names are told by ours", () => {
  refused(
    () => (lora as Any)({ r: 64, lora_alpha: 128, target_modules: ["key"], task_type: "SEQ_CLS" }),
    "there is no option r (PEFT's r is rank here)",
    "PEFT's lora_alpha is alpha here",
    "PEFT's target_modules is targets here",
    "not needed: the data's task says it",
  );
  refused(
    () =>
      stage.adapt(lora()).train({
        per_device_train_batch_size: 8,
        num_train_epochs: 3,
        warmup_steps: 10,
        learningrate: 1e-4,
        batch: 4,
      }),
    "transformers' per_device_train_batch_size is batchSize here",
    "transformers' num_train_epochs is epochs here",
    "warmup of .train(), a share of all steps",
    'learningrate (did you mean "learningRate"?)',
    'batch (did you mean "batchSize"?)',
  );
  // Elsewhere than where it belongs.
  refused(() => (lora as Any)({ learning_rate: 1e-4 }), "learningRate of .train()");
  refused(() => (lora as Any)({ epochs: 3 }), "it is an option of .train()");
  refused(() => model("file:none", { quantise: "nf4" } as Any), 'did you mean "quantize"');
  refused(() => chosen.data(table, { ...columns, split: .5 }), "test of .data()");
  refused(
    () => chosen.data(table, { ...columns, test_size: .5 }),
    "scikit-learn's test_size is test",
  );
});
