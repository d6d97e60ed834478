import assert from "node:assert/strict";
import { readPeftFolder, writePeftFolder } from "../../lib/adapters/peft/folder.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { AttachedMethod } from "../../lib/nn/method.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { train, type TrainingRows } from "../../lib/train/train.ts";
import { trainSettings } from "../../lib/train/train_options.ts";
import { goldenPath, largestDifference, readGolden, realTokens } from "../models/golden.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { inFolder } from "../weights/in_folder.ts";
import { openBase } from "./golden_base.ts";
import { bases, familyOf, isLanguageModel, methodTable } from "./method_table.ts";
import { assertSameFolder, configIn } from "./same_folder.ts";

const logitTolerance = 1e-4;
const lossTolerance = 1e-3;
/** PiSSA is written as a LoRA of twice the rank, which rounds at other places. */
const rewrittenTolerance = { same: 1e-6, converted: logitTolerance };

type Golden = Awaited<ReturnType<typeof readGolden>>;

for (const [name, tested] of Object.entries(methodTable)) {
  const { of, gaps, converts, hasVirtualTokens = false } = tested;
  for (const base of bases) {
    const gap = gaps[familyOf(base)];
    if (gap && !gap.makesFolders) continue;
    Deno.test(`${name} on ${base}: a folder of PEFT's gives PEFT's logits, and keeps its fields`, () =>
      inFolder(async (folder) => {
        const source = goldenPath(`methods/${name}-${base}`);
        const { logits, ...batch } = await readGolden(
          `methods/${name}-${base}/expected.safetensors`,
        );
        const { model, objective } = await openBase(base, batch);
        const device = await openDevice("cpu");
        const { attached, values, config } = await readPeftFolder(source, model);
        const found = await logitsOf(
          { model, adapter: attached, objective },
          device,
          batch,
          values,
        );
        const mask = batch.attention_mask.data;
        const real = realTokens(found.data, mask);
        const difference = largestDifference(real, realTokens(logits.data, mask));
        assert.ok(difference < logitTolerance, `logits differ by ${difference}`);

        await writePeftFolder(folder, model, attached, values, {
          taskType: isLanguageModel(base) ? "CAUSAL_LM" : "SEQ_CLS",
          labels: ["a", "b", "c"],
        });
        const written = await configIn(folder);
        assert.deepEqual(written.a_field_of_tomorrow, config.a_field_of_tomorrow);
        if (!converts) await assertSameFolder(folder, source);
        const again = await readPeftFolder(folder, model);
        const reread = { model, adapter: again.attached, objective };
        const second = await logitsOf(reread, device, batch, again.values);
        const change = largestDifference(realTokens(second.data, mask), real);
        assert.ok(
          change < rewrittenTolerance[converts ? "converted" : "same"],
          `writing again changes a logit by ${change}`,
        );
      }));
  }

  for (const base of bases) {
    if (gaps[familyOf(base)] || base.endsWith("-classes")) continue;
    Deno.test(`${name} on ${base}: fifty steps lose as with PyTorch and PEFT`, async () => {
      const golden = await readGolden(`methods/run-${name}-${base}.safetensors`);
      const batches = await readGolden(`methods/batches-${base}.safetensors`);
      const { model, objective } = await openBase(base, batches, { hasVirtualTokens });
      const kept = new Map<string, number[]>();
      const adapter = watched(startedAt(golden, attachTo(model, of(familyOf(base)))), kept);
      const { losses, state } = await train({ model, adapter, objective }, rowsOf(batches), {
        device: await openDevice("cpu"),
        settings: trainSettings({
          epochs: 1,
          batchSize: 4,
          order: "sequential",
          schedule: "constant",
          warmup: 0,
          learningRate: 3e-3,
        }),
        fingerprint: {},
      });
      state.dispose();
      const off = losses.map((loss, i) => Math.abs(loss / Number(golden.losses.data[i]) - 1));
      const worst = off.indexOf(Math.max(...off));
      assert.ok(off[worst] < lossTolerance, `step ${worst + 1} is off by ${off[worst]}`);
      for (const [key, { data }] of Object.entries(golden)) {
        if (!key.startsWith("kept.")) continue;
        assert.deepEqual(kept.get(key.slice("kept.".length)), [...data], key);
      }
    });
  }
}

/** The method with PEFT's numbers at the start. */
function startedAt(golden: Golden, adapter: AttachedMethod): AttachedMethod {
  return {
    ...adapter,
    parameters: adapter.parameters.map((parameter) => {
      const start = golden[`initial.${parameter.name}`];
      assert.ok(start, `PEFT has no ${parameter.name}`);
      assert.deepEqual(start.shape, parameter.shape, parameter.name);
      return { ...parameter, initial: () => Float32Array.from(start.data) };
    }),
  };
}

/** Writes down which triplets AdaLoRA keeps after each step: all before the first reallocation. */
function watched(adapter: AttachedMethod, kept: Map<string, number[]>): AttachedMethod {
  if (!adapter.afterStep) return adapter;
  return {
    ...adapter,
    afterStep(state) {
      const changed = adapter.afterStep!(state);
      for (const { name, shape: [rank] } of adapter.parameters) {
        if (!name.endsWith(".lora_E")) continue;
        const mask = state.methodState.get(`mask/${name.replace(/\.lora_E$/, "")}`);
        kept.set(name, [...kept.get(name) ?? [], ...(mask ?? Array<number>(rank).fill(1))]);
      }
      return changed;
    },
  };
}

/** Batches of rows as rows from 0 on. */
function rowsOf(golden: Golden): TrainingRows {
  const [steps, batch, length] = golden.input_ids.shape;
  const names = ["input_ids", "attention_mask", "token_type_ids"].filter((name) => golden[name]);
  return {
    lengths: Array(steps * batch).fill(length),
    feedsOf: (rows) =>
      Object.fromEntries(names.map((name) => {
        const parts = Array.from(
          rows,
          (row) => [...golden[name].data.slice(row * length, (row + 1) * length)],
        );
        return [name, { shape: [rows.length, length], data: Int32Array.from(parts.flat()) }];
      })),
  };
}
