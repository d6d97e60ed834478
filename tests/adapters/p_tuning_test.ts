import assert from "node:assert/strict";
import { methodOf } from "../../lib/adapters/mod.ts";
import { pTuning } from "../../lib/adapters/p_tuning.ts";
import { isMistake } from "../is_mistake.ts";

Deno.test("settings of the LSTM are refused where the network is an MLP", () => {
  assert.throws(
    () => pTuning({ layers: 3, dropout: 0.1 }),
    isMistake("input", "layers is 3", "dropout is 0.1", 'unless encoder is "lstm"'),
  );
  const { settings } = pTuning({ encoder: "lstm", layers: 3, dropout: 0.1 });
  assert.deepEqual([settings.layers, settings.dropout], [3, 0.1]);
});

Deno.test("settings survive JSON", () => {
  for (const method of [pTuning(), pTuning({ encoder: "lstm", layers: 1, hidden: 4 })]) {
    const read = methodOf(method.method, JSON.parse(JSON.stringify(method.settings)));
    assert.deepEqual(read.settings, method.settings);
  }
});
