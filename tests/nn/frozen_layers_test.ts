import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import type { Method } from "../../lib/nn/method.ts";
import { countFrozenLayers } from "../../lib/nn/frozen_layers.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { toyModel } from "./toy.ts";

const model = toyModel({ layers: 2 });
const countFor = (method: Method) => countFrozenLayers({ model, adapter: attachTo(model, method) });

Deno.test("layers below the lowest change are frozen", () => {
  assert.equal(countFor(head()), model.config.numLayers);
  assert.equal(countFor(full()), 0);
  assert.equal(countFor(lora()), 0);
  assert.equal(countFor(lora({ targets: "encoder\\.layer\\.1\\..*query" })), 1);
});

Deno.test("a method that may act anywhere freezes nothing", () => {
  const anywhere: Method = {
    method: "anywhere",
    settings: {},
    attach: () => ({ parameters: [], trains: () => false, output: (_path, _x, y) => y }),
  };
  assert.equal(countFor(anywhere), 0);
});
