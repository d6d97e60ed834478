import assert from "node:assert/strict";
import * as tunebook from "tunebook";
import { methods } from "../../lib/adapters/mod.ts";
import { describedValue } from "../../lib/notebook/described_values.ts";
import { methodWords, settingWords } from "../../lib/notebook/setting_words.ts";
import { metrics } from "../../lib/metrics/mod.ts";
import { assertSelfContained, hostile } from "../core/self_contained.ts";

const textOf = (value: unknown) => {
  const bundle = describedValue(value);
  assert.ok(bundle, "the kernel would show its functions");
  return bundle["text/plain"];
};

Deno.test("every method and every setting of one has a line of explanation, and no other has", () => {
  assert.deepEqual(Object.keys(methodWords).sort(), Object.keys(methods).sort());
  for (const [name, { settings }] of Object.entries(methods)) {
    assert.deepEqual(Object.keys(settingWords[name]).sort(), [...settings].sort(), name);
  }
});

Deno.test("a method shows its settings and what they mean", () => {
  const { lora, head, peft, promptTuning } = tunebook;
  const text = textOf(lora({ rank: 4, ranks: { query: 2 }, targets: ["query", "value"] }));
  assert.match(text, /^lora, a method: /);
  assert.match(text, /\n {2}rank: 4 {2}\(size of the matrices/);
  assert.match(text, /\n {2}ranks: query: 2 {2}\(/);
  assert.match(text, /\n {2}targets: query, value {2}\(/);
  assert.match(text, /\n {2}learning rate: 0\.001 {2}\(where/);
  assert.doesNotMatch(text, /Function|object Object|undefined/);
  for (const method of [head(), peft("out/x"), promptTuning()]) {
    assert.doesNotMatch(textOf(method), /Function|object Object|undefined/);
  }
  assert.match(
    textOf({ method: "own", settings: { a: 1 }, attach() {} }),
    /^own, a method\n {2}a: 1/,
  );
});

Deno.test("metrics, tasks, targets and unfinished plans say what they are", () => {
  const { adapter, accuracy, head, model, textClassification } = tunebook;
  assert.match(textOf(accuracy), /^accuracy, a metric: higher is better, from 0 to 1\n/);
  for (const metric of Object.values(metrics)) textOf(metric);
  const task = textClassification({ text: "review", label: "stars" });
  assert.match(textOf(task), /^text-classification, a task of kind "single"\n {2}text: review\n/);
  assert.match(textOf(adapter("out/a")), /^adapter, a target[^]*folder: out\/a/);
  const stage = model("hf:org/name");
  assert.match(textOf(stage), /next \.data/);
  const data = stage.data("rows.csv", { text: "a", label: "b" });
  assert.match(textOf(data), /next \.adapt/);
  assert.match(textOf(data.adapt(head())), /next \.train/);
  const bundle = describedValue(adapter(hostile))!;
  assertSelfContained(bundle);
});

Deno.test("what says in words what it is shows these; all else is the kernel's", () => {
  assert.match(textOf({ a: 1, toString: () => "two splits" }), /^two splits$/);
  const plan = tunebook.model("hf:org/name").data("rows.csv", { text: "a", label: "b" })
    .adapt(tunebook.head()).train();
  for (const value of [plan, 1, "text", null, undefined, [tunebook.lora()], { a: 1 }, () => 1]) {
    assert.equal(describedValue(value), undefined);
  }
});
