import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import type { Method } from "../../lib/nn/method.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { decayed, trainedTensors } from "../../lib/nn/trained.ts";
import { toyModel } from "./toy.ts";

const model = toyModel();
const slotsOf = (method: Method) => trainedTensors(model, attachTo(model, method));

Deno.test("weight decay leaves biases and norms alone", () => {
  const slots = slotsOf(full());
  assert.equal(slots.length, model.weights.size);
  for (const { name, group, shape } of slots) {
    // PyTorch's common rule, too: only tensors of several dimensions decay.
    assert.equal(group === decayed, shape.length > 1, name);
  }
});

Deno.test("LoRA's matrices decay", () => {
  const slots = slotsOf(lora({ rank: 2, targets: ["query"] }));
  assert.deepEqual(slots.filter(({ group }) => group === decayed).map(({ name }) => name), [
    "classifier.weight",
    "encoder.layer.0.attention.self.query.lora_A",
    "encoder.layer.0.attention.self.query.lora_B",
  ]);
});

Deno.test("the head is trained whatever the method is", () => {
  for (const method of [full(), head(), lora()]) {
    const names = slotsOf(method).map(({ name }) => name);
    assert.ok(names.includes("classifier.weight") && names.includes("classifier.bias"));
  }
});
