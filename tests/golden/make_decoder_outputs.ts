/**
 * Opens in PEFT what tunebook trains on next tokens: `make_decoder_outputs.ts PYTHON`. Trains LoRA on
 * the tiny decoders, writes PEFT folders, and writes decoder_outputs.json: for each model the largest
 * difference of a real token's logits.
 *
 * @module
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { lora } from "../../lib/adapters/lora.ts";
import { writePeftFolder } from "../../lib/adapters/peft_folder.ts";
import { writeFileAtomic } from "../../lib/core/atomic.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { parameters } from "../../lib/nn/trainee.ts";
import { causalLanguageModelling } from "../../lib/tasks/causal_language_modelling.ts";
import { train } from "../../lib/train/train.ts";
import { trainSettings } from "../../lib/train/train_options.ts";
import {
  goldenLanguageModel,
  goldenPath,
  largestDifference,
  readGolden,
} from "../models/golden.ts";
import { logitsOf } from "../nn/run_trainee.ts";
import { toyRows } from "../nn/toy.ts";

const [python = "python3"] = Deno.args;
const tolerance = 1e-4;
const results: Record<string, unknown> = {};
const device = await openDevice("cpu");
for (const name of ["gpt2", "gpt2-untied", "llama", "llama-tied"]) {
  const folder = await Deno.makeTempDir();
  try {
    const model = await goldenLanguageModel(name);
    const rows = toyRows(12, { types: false });
    const texts = Array.from(rows.lengths, (_, row) => rows.feedsOf([row]).input_ids.data)
      .map((ids) => ({ ids }));
    const task = causalLanguageModelling({ texts, vocabulary: model.config.vocabulary });
    const trainee = { model, adapter: attachTo(model, lora({ rank: 4 })), task };
    const { losses, state } = await train(trainee, rows, {
      device,
      settings: trainSettings({ epochs: 20, batchSize: 12, learningRate: 5e-3 }),
      fingerprint: {},
    });
    assert.ok(losses.at(-1)! < losses[0], `${name} learns nothing`);
    const values = await state.read(parameters);
    state.dispose();
    await writePeftFolder(folder, model, trainee.adapter, values, []);

    const inputs = `models/${name}/expected.safetensors`;
    const { input_ids, attention_mask } = await readGolden(inputs);
    const ours = await logitsOf(trainee, device, { input_ids, attention_mask }, values);
    const { success, stdout } = await new Deno.Command(python, {
      args: [
        join(import.meta.dirname!, "check_outputs.py"),
        goldenPath(inputs),
        ...["--adapter", folder, "--base", goldenPath(`models/${name}`)],
      ],
      stderr: "inherit",
    }).output();
    if (!success) throw new Error("Python could not open what was written");
    const { made_with, adapter } = JSON.parse(new TextDecoder().decode(stdout));
    const { vocabulary } = model.config;
    const real = (data: ArrayLike<number>) =>
      Array.from(data).filter((_, i) => attention_mask.data[Math.floor(i / vocabulary)] === 1);
    const difference = largestDifference(real(ours.data), real(adapter.logits.flat(2)));
    assert.ok(difference < tolerance, `${name}: logits differ by ${difference}`);
    results.made_with = made_with;
    results[name] = { adapter: difference };
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}
await writeFileAtomic(
  join(import.meta.dirname!, "decoder_outputs.json"),
  JSON.stringify(results, null, 1) + "\n",
);
