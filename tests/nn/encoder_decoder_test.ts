import assert from "node:assert/strict";
import { lora } from "../../lib/adapters/lora.ts";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { countFrozenLayers } from "../../lib/nn/frozen_layers.ts";
import { layersBelowHead } from "../../lib/nn/layer_depth.ts";
import { methodMapOf } from "../../lib/nn/method_map.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { checkPacking, packingObstacle } from "../../lib/train/packing.ts";
import { openSeq2Seq } from "../adapters/seq2seq_base.ts";

Deno.test("an encoder lies below its decoder", async () => {
  const { model } = await openSeq2Seq("t5"); // 2 layers, and 3 of the decoder
  const depth = (path: string) => layersBelowHead(model, path);
  assert.equal(depth("decoder.final_layer_norm.weight"), 0);
  assert.equal(depth("decoder.block.2.layer.0.SelfAttention.q.weight"), 1);
  assert.equal(depth("decoder.block.0.layer.1.EncDecAttention.q.lora_A"), 3);
  assert.equal(depth("encoder.final_layer_norm.weight"), 4);
  assert.equal(depth("encoder.block.1.layer.0.SelfAttention.q.weight"), 4);
  assert.equal(depth("encoder.block.0.layer.0.SelfAttention.q.weight"), 5);
  assert.equal(depth("shared.weight"), 6);
});

Deno.test("rows of encoder-decoders are not packed, and no layer is kept", async () => {
  const { model } = await openSeq2Seq("bart");
  const adapter = attachTo(model, lora({ rank: 2, targets: ["encoder_attn.q_proj"] }));
  assert.equal(countFrozenLayers({ model, adapter }), 0);
  const obstacle = packingObstacle({ model, adapter });
  assert.match(obstacle!, /sources and targets differ/);
  assert.throws(() => checkPacking({ packing: true }, obstacle), /leave packing out/);
});

Deno.test("the map of a method has both stacks, with all trained numbers", async () => {
  const { model, objective } = await openSeq2Seq("t5");
  for (const method of [lora({ rank: 2 }), prefixTuning({ tokens: 3 })]) {
    const adapter = attachTo(model, method);
    const { rows } = methodMapOf({ model, adapter, objective }, method.method);
    const layers = rows.filter(({ kind }) => kind === "layer");
    assert.deepEqual(
      layers.map(({ stack, index }) => `${stack} ${index}`),
      ["encoder 0", "encoder 1", "decoder 0", "decoder 1", "decoder 2"],
    );
    const all = rows.flatMap(({ prefix, places }) => [
      prefix?.added ?? 0,
      ...places.map(({ own, added }) => own + added),
    ]).reduce((a, b) => a + b);
    const wanted = adapter.parameters.reduce(
      (sum, { shape }) => sum + shape.reduce((a, b) => a * b),
      0,
    );
    assert.ok(Math.abs(all - wanted) < 1e-6, `${all}, not ${wanted}`);
  }
});
