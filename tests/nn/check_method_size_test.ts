/** Numbers that no machine can hold are mistakes of a person, told before anything is allocated. */
import assert from "node:assert/strict";
import {
  adalora,
  lora,
  type Method,
  prefixTuning,
  promptTuning,
  pTuning,
  qlora,
  vera,
} from "tunebook";
import { loraOf } from "../../lib/adapters/lora.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { goldenModel } from "../models/golden.ts";
import { isMistake } from "../is_mistake.ts";

const huge: Readonly<Record<string, readonly [make: () => Method, said: string]>> = {
  "LoRA's rank": [() => lora({ rank: 1e8 }), "lora: rank 100000000 is above the width of encoder"],
  "a rank above the width": [() => lora({ rank: 33 }), "has 32 inputs and 32 outputs"],
  "a rank of one layer": [() => lora({ ranks: { query: 1e6 } }), "rank 1000000 is above"],
  "DoRA's rank": [() => lora({ rank: 1e8, dora: true }), "is above the width"],
  "PiSSA's rank": [() => lora({ rank: 1e8, start: "pissa" }), "is above the width"],
  "QLoRA's rank": [() => qlora({ rank: 1e8 }), "is above the width"],
  "AdaLoRA's rank": [() => adalora({ initialRank: 1e8 }), "initialRank 100000000 is above"],
  "VeRA's rank": [() => vera({ rank: 1e8 }), "vera would add 6,800,000,128 numbers (27.2 GB)"],
  "P-tuning's width": [() => pTuning({ hidden: 1e9 }), "hidden is 1000000000: take a smaller one"],
  "the LSTM's width": [() => pTuning({ hidden: 1e9, encoder: "lstm" }), "hidden is 1000000000"],
  "a prefix's width": [() => prefixTuning({ projection: true, hidden: 1e9 }), "644 GB"],
  "a prefix's tokens": [() => prefixTuning({ tokens: 1e9 }), "tokens is 1000000000"],
  "a prompt's tokens": [() => promptTuning({ tokens: 1e9 }), "tokens is 1000000000"],
};

for (const [name, [make, said]] of Object.entries(huge)) {
  Deno.test(`too large: ${name}`, async () => {
    const model = await goldenModel("bert");
    assert.throws(() => attachTo(model, make()), isMistake("input", said));
  });
}

Deno.test("layers of an LSTM are counted before they are made", () => {
  assert.throws(
    () => pTuning({ encoder: "lstm", layers: 1e9 }),
    isMistake("input", "layers is 1000000000, but must be a whole number from 1 to 100"),
  );
});

Deno.test("folders and defaults may have a rank above a layer's width", async () => {
  const model = await goldenModel("bert");
  assert.ok(attachTo(model, loraOf({ rank: 48 }, { anyRank: true })).parameters.length > 0);
  assert.ok(attachTo(model, qlora()).parameters.length > 0);
  assert.ok(attachTo(model, lora({ rank: 32 })).parameters.length > 0);
});
