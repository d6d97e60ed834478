import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { eightBitLinears } from "../../lib/nn/eight_bit_linears.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { packRows } from "../../lib/data/pack.ts";
import { movedValues, openSeq2Seq, seq2seqBases } from "../adapters/seq2seq_base.ts";
import { readGolden } from "../models/golden.ts";
import { seq2seqBatch } from "../models/seq2seq_batch.ts";
import { classifying, cosine, count, wideModel } from "./eight_bit_toys.ts";
import { stepOver, toyExamples } from "./packed_run.ts";
import { gradientRun } from "./run_trainable_model.ts";

const inInt8 = { compute: "int8", eightBit: { leastFeatures: 1 } } as const;
const methods = { lora: lora({ rank: 2 }), full: full() };

for (const [name, method] of Object.entries(methods)) {
  for (const modelType of ["bert", "llama"]) {
    Deno.test(`packed rows train ${name} of ${modelType} in eight bits`, async () => {
      const trainable = classifying(wideModel(modelType), method);
      const device = await openDevice("cpu");
      const lengths = [4, 7, 2, 5, 3, 6].slice(0, count);
      const examples = toyExamples(lengths);
      const exact = await stepOver(trainable, device, examples);
      const padded = await stepOver(trainable, device, examples, undefined, inInt8);
      for (const room of [7, 12, 100]) {
        const layout = packRows(lengths, room);
        const packed = await stepOver(trainable, device, examples, layout, inInt8);
        // Padding takes part in the one scale of a layer's input, so that codes may differ by it.
        const found = [
          cosine(packed.gradients, exact.gradients),
          cosine(packed.gradients, padded.gradients),
        ];
        assert.ok(found[0] > 0.98 && found[0] < 1 - 1e-9, `${room}: ${found[0]}`);
        assert.ok(found[1] > 0.98, `${room}, padded: ${found[1]}`);
        assert.ok(Math.abs(packed.loss - exact.loss) < 0.02, `${packed.loss}, ${exact.loss}`);
      }
    });
  }
}

for (const base of seq2seqBases) {
  for (
    const [name, method] of Object.entries({
      ...methods,
      lora: lora({ rank: 2, targets: "all-linear" }),
    })
  ) {
    Deno.test(`${name} of ${base} in eight bits: encoder, decoder and cross attention`, async () => {
      const { model, objective } = await openSeq2Seq(base);
      const trainable = { model, adapter: attachTo(model, method), objective };
      const chosen = [...eightBitLinears(trainable, inInt8.eightBit).chosen.keys()];
      for (const stack of [/encoder/, /decoder/, /encoder_attn|EncDecAttention/]) {
        assert.ok(chosen.some((path) => stack.test(path)), String(stack));
      }
      const batch = seq2seqBatch(model, await readGolden(`seq2seq/${base}/expected.safetensors`));
      const gradientsIn = async (device: string, options = {}) => {
        const run = await gradientRun(trainable, await openDevice(device), batch, options);
        try {
          return await run.gradientsAt(movedValues(trainable));
        } finally {
          await run.dispose();
        }
      };
      const exact = await gradientsIn("cpu");
      const rounded = await gradientsIn("cpu", inInt8);
      const found = cosine(exact, rounded);
      assert.ok(found > 0.98 && found < 1 - 1e-9, String(found));
      const eager = cosine(rounded, await gradientsIn("tfjs:cpu", inInt8));
      assert.ok(eager > 0.999, `eager: ${eager}`);
    });
  }
}
