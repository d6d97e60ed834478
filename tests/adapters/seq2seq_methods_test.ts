import assert from "node:assert/strict";
import parity from "../golden/seq2seq/parity.json" with { type: "json" };
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import {
  checkPeftFormat,
  readPeftFolder,
  writePeftFolder,
} from "../../lib/adapters/peft/folder.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import { type HostTensor, openDevice } from "../../lib/engine/mod.ts";
import { attachTo, openOn } from "../../lib/nn/model.ts";
import { isMergeable, mergeModel, noAdapter } from "../../lib/nn/merge.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { goldenPath, largestDifference, readGolden, realTokens } from "../models/golden.ts";
import { seq2seqBatch } from "../models/seq2seq_batch.ts";
import { gradientRun, logitsOf } from "../nn/run_trainable_model.ts";
import { inFolder } from "../weights/in_folder.ts";
import { assertSameFolder, configIn } from "./same_folder.ts";
import { movedValues, openSeq2Seq, seq2seqBases, seq2seqMethods } from "./seq2seq_base.ts";

/** Of float32 sums in another order. */
const tolerance = 1e-5;
/** T5's scores are not scaled, so that its loss is strongly bent: the steps are short. */
const steps = [0.005, 0.00125, 0.0003];
/** Of finite differences of a float32 loss. */
const gradientTolerance = { absolute: 5e-4, relative: 2e-2 };
const notes = { taskType: "SEQ_2_SEQ_LM", labels: [] };

const real = ({ data }: HostTensor, { decoder_attention_mask: mask }: Record<string, HostTensor>) =>
  realTokens(data, mask.data);

for (const { name } of Deno.readDirSync(goldenPath("seq2seq/methods"))) {
  Deno.test(`${name}: a folder of PEFT's gives PEFT's logits, and keeps its fields`, () =>
    inFolder(async (folder) => {
      const { model, objective, batch } = await openSeq2Seq(name.split("-").at(-1)!);
      const source = goldenPath(`seq2seq/methods/${name}`);
      const { logits } = await readGolden(`seq2seq/methods/${name}/expected.safetensors`);
      const device = await openDevice("cpu");
      const { attached, values, config } = await readPeftFolder(source, model);
      const trainable = { model, adapter: attached, objective };
      const found = await logitsOf(trainable, device, batch, values);
      const difference = largestDifference(real(found, batch), real(logits, batch));
      assert.ok(difference < 2 * tolerance, `logits differ by ${difference}`);
      await writePeftFolder(folder, model, attached, values, notes);
      const written = await configIn(folder);
      assert.deepEqual(written.a_field_of_tomorrow, config.a_field_of_tomorrow);
      await assertSameFolder(folder, source);
    }));
}

for (const [name, { made, gaps = [] }] of Object.entries(seq2seqMethods)) {
  for (const base of seq2seqBases.filter((each) => !gaps.includes(each))) {
    Deno.test(`${name} on ${base} acts, has the gradients of its loss, and is the same when merged`, async () => {
      const { model, objective, batch } = await openSeq2Seq(base);
      const adapter = await openOn(model, made());
      const trainable = { model, adapter, objective };
      const device = await openDevice("cpu");
      const golden = await readGolden(`seq2seq/${base}/expected.safetensors`);
      const values = movedValues(trainable);
      const acting = await logitsOf(trainable, device, batch, values);
      if (name !== "full") {
        const moved = largestDifference(real(acting, batch), real(golden.logits, batch));
        assert.ok(moved > 1e-3, `${name} does nothing`);
      }
      const run = await gradientRun(trainable, device, seq2seqBatch(model, golden));
      const gradients = await run.gradientsAt(values);
      // DoRA takes its norm for a constant, as in its paper.
      for (const [path, gradient] of name === "dora" ? [] : gradients) {
        const at = gradient.reduce(
          (best, each, i) => Math.abs(each) > Math.abs(gradient[best]) ? i : best,
          0,
        );
        const lossAt = (by: number) => {
          const own = values.get(path)!.slice();
          own[at] += by;
          return run.forwardLossAt(new Map([...values, [path, own]]));
        };
        // AdaLoRA's penalty makes the loss larger, and its rounding with it.
        const allowed = gradientTolerance.absolute * (name === "adalora" ? 6 : 1) +
          gradientTolerance.relative * Math.abs(gradient[at]);
        const slopes: number[] = [];
        for (const step of steps) {
          const near = await lossAt(step) - await lossAt(-step);
          const far = await lossAt(2 * step) - await lossAt(-2 * step);
          slopes.push((8 * near - far) / (12 * step));
          if (Math.abs(slopes.at(-1)! - gradient[at]) <= allowed) break;
        }
        assert.ok(
          Math.abs(slopes.at(-1)! - gradient[at]) <= allowed,
          `${path}: ${gradient[at]}, not ${slopes.join(", ")}`,
        );
      }
      await run.dispose();
      if (!isMergeable(adapter)) return;
      const merged = mergeModel(model, adapter, values);
      const alone = { model: merged, adapter: noAdapter, objective };
      const found = await logitsOf({ ...alone, model: { ...merged, head: [] } }, device, batch);
      const change = largestDifference(real(found, batch), real(acting, batch));
      assert.ok(change < 1e-4, `merging changes a logit by ${change}`);
    });
  }
}

Deno.test("LoRA finds linears of encoder, decoder and cross attention by name", async () => {
  const { model } = await openSeq2Seq("bart");
  const { targets } = attachTo(model, seq2seqMethods.lora.made());
  for (const part of ["encoder.layers.0.self_attn", "decoder.layers.2.self_attn", "encoder_attn"]) {
    assert.ok(targets!.some((path) => path.includes(part)), part);
  }
  assert.ok(!targets!.includes("lm_head"));
});

Deno.test("a prefix that starts at a text has the model's own keys and values", async () => {
  const { model, objective, batch } = await openSeq2Seq("t5");
  const ids = Int32Array.of(7, 9, 11);
  const adapter = await openOn(model, prefixTuning({ tokens: 3, text: "three" }), {
    encode: () => ids,
  });
  const start = initialParameters({ model, adapter, objective }, 1);
  const [prefix] = start.values();
  // Two encoder layers, and three of the decoder with two attentions each; 2 heads of 5 numbers.
  assert.equal(prefix.length, 3 * (2 + 3 + 3) * 2 * 10);
  assert.ok(prefix.every(Number.isFinite) && prefix.some((each) => each !== 0));
  const found = await logitsOf(
    { model, adapter, objective },
    await openDevice("cpu"),
    batch,
    start,
  );
  assert.ok(real(found, batch).every(Number.isFinite));
});

Deno.test("what PEFT cannot open has a reason", async () => {
  const { model: t5 } = await openSeq2Seq("t5");
  assert.throws(
    () => checkPeftFormat(attachTo(t5, prefixTuning({ tokens: 3 }))),
    /reaches the decoder's own attention only.*sites: \["decoder"\]/,
  );
  checkPeftFormat(attachTo(t5, prefixTuning({ tokens: 3, sites: ["decoder"] })));
  const { model: marian } = await openSeq2Seq("marian");
  assert.throws(() => checkPeftFormat(attachTo(marian, promptTuning({ tokens: 3 }))), /Marian/);
});

Deno.test("sites are those of encoder-decoders", async () => {
  assert.throws(() => prefixTuning({ sites: ["encoder", "encoder"] }), /sites/);
  const { goldenLanguageModel } = await import("../models/golden.ts");
  const gpt2 = await goldenLanguageModel("gpt2");
  assert.throws(() => attachTo(gpt2, prefixTuning({ sites: ["decoder"] })), /gpt2 is none/);
});

Deno.test("PEFT and transformers open what is written, with the same losses", () => {
  const found = Object.entries(parity.differences);
  assert.equal(found.length, 24);
  for (const [name, difference] of found) {
    assert.ok(difference < parity.tolerance, `${name} differs by ${difference}`);
  }
});
