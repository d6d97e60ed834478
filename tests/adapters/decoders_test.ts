import assert from "node:assert/strict";
import { join } from "node:path";
import { adalora } from "../../lib/adapters/adalora.ts";
import { bitfit } from "../../lib/adapters/bitfit.ts";
import { ia3 } from "../../lib/adapters/ia3.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { configFile, tensorFile } from "../../lib/adapters/peft_files.ts";
import { readPeftFolder, writePeftFolder } from "../../lib/adapters/peft_folder.ts";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import { vera } from "../../lib/adapters/vera.ts";
import { Random } from "../../lib/core/random.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { Adapter } from "../../lib/nn/adapter.ts";
import { mergeModel, noAdapter } from "../../lib/nn/merge.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { Task } from "../../lib/nn/task.ts";
import { causalLanguageModelling } from "../../lib/tasks/causal_language_modelling.ts";
import { textClassification } from "../../lib/tasks/text_classification.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { openSafetensors } from "../../lib/weights/safetensors.ts";
import { isMistake } from "../is_mistake.ts";
import {
  goldenLanguageModel,
  goldenModel,
  goldenPath,
  largestDifference,
  readGolden,
} from "../models/golden.ts";
import { checkGradients } from "../nn/check_gradients.ts";
import { logitsOf } from "../nn/run_trainee.ts";
import { toyModel, toyRows, toyTargets } from "../nn/toy.ts";
import { inFolder } from "../weights/in_folder.ts";

const tolerance = 1e-4;
const folders = [
  "lora-gpt2",
  "lora-all-gpt2",
  "lora-gpt2-classes",
  "lora-llama",
  "lora-all-llama",
  "lora-llama-classes",
];

async function modelOf(folder: string): Promise<{ model: Model; task: Task }> {
  const base = folder.replace(/^lora-(all-)?/, "");
  if (base.endsWith("-classes")) {
    const targets = new Float32Array(9);
    const task = textClassification({ kind: "single", outputs: 3, targets });
    return { model: await goldenModel(base), task };
  }
  const model = await goldenLanguageModel(base);
  const { vocabulary } = model.config;
  return { model, task: causalLanguageModelling({ texts: [], vocabulary }) };
}

/** The numbers of real tokens where there are some for each token. */
function real(data: ArrayLike<number>, mask: ArrayLike<number>): number[] {
  const perToken = data.length / mask.length;
  if (perToken < 2) return Array.from(data);
  return Array.from(data).filter((_, i) => mask[Math.floor(i / perToken)] === 1);
}

for (const folder of folders) {
  Deno.test(`${folder}, made by Python PEFT, gives Python's logits, and is written as it was`, () =>
    inFolder(async (again) => {
      const source = goldenPath(`peft/${folder}`);
      const { model, task } = await modelOf(folder);
      const { attached, values } = await readPeftFolder(source, model);
      const { logits, ...batch } = await readGolden(`peft/${folder}/expected.safetensors`);
      const found = await logitsOf(
        { model, adapter: attached, task },
        await openDevice("cpu"),
        batch,
        values,
      );
      const mask = batch.attention_mask.data;
      const difference = largestDifference(real(found.data, mask), real(logits.data, mask));
      assert.ok(difference < tolerance, `logits differ by ${difference}`);

      await writePeftFolder(again, model, attached, values, ["a", "b", "c"]);
      using before = await openSafetensors(join(source, tensorFile));
      using after = await openSafetensors(join(again, tensorFile));
      assert.deepEqual([...after.tensors.keys()].sort(), [...before.tensors.keys()].sort());
      for (const tensor of before.tensors.keys()) {
        assert.deepEqual(await after.read(tensor), await before.read(tensor), tensor);
      }
      const configAt = async (path: string) =>
        JSON.parse(await Deno.readTextFile(join(path, configFile)));
      const { base_model_name_or_path: _, ...fields } = await configAt(again);
      const { base_model_name_or_path: __, ...wanted } = await configAt(source);
      assert.deepEqual(fields, wanted);
    }));
}

Deno.test("a folder says whether the adapted weights are stored transposed, and for what head", () =>
  inFolder(async (folder) => {
    for (const [base, isTransposed] of [["gpt2", true], ["llama", false]] as const) {
      for (const name of [base, `${base}-classes`]) {
        const { model } = await modelOf(`lora-${name}`);
        const adapter = attachTo(model, lora({ rank: 2 }));
        const values = initialParameters({
          model,
          adapter,
        }, 1);
        await writePeftFolder(join(folder, name), model, adapter, values, ["a", "b", "c"]);
        const config = JSON.parse(await Deno.readTextFile(join(folder, name, configFile)));
        assert.equal(config.fan_in_fan_out, isTransposed);
        const isClassifier = name !== base;
        assert.equal(config.task_type, isClassifier ? "SEQ_CLS" : "CAUSAL_LM");
        assert.deepEqual(config.modules_to_save, isClassifier ? ["score"] : null);
      }
    }
  }));

const methods: Record<string, Adapter> = {
  "LoRA of all linears": lora({ rank: 2, targets: "all-linear" }),
  "DoRA": lora({ rank: 2, dora: true }),
  "AdaLoRA": adalora({ initialRank: 3, targetRank: 2 }),
  "VeRA": vera({ rank: 4 }),
  "(IA)³": ia3(),
  "prompt tuning": promptTuning({ tokens: 3 }),
  "prefix tuning": prefixTuning({ tokens: 3, start: "random" }),
};
const rows = toyRows(5, { types: false });

for (const modelType of ["gpt2", "llama"]) {
  for (const [name, method] of Object.entries(methods)) {
    Deno.test(`${name} on ${modelType}: gradients are right, and merged equals unmerged`, async () => {
      const model = toyModel({ modelType, layers: 2, seed: 3 });
      const task = textClassification({ kind: "single", outputs: 3, targets: toyTargets(rows) });
      const adapter = attachTo(model, method);
      const trainee = { model, adapter, task };
      await checkGradients(trainee, {
        elements: 4,
        // DoRA's norm counts as a constant.
        only: (path) => name !== "DoRA" || !/lora_[AB]$/.test(path),
      });
      if (!adapter.mergedInto) return;
      const random = Random.fromSeed(1, "trained");
      const values = new Map(
        [...initialParameters(trainee, 1)].map(([path, numbers]) => [
          path,
          numbers.map((each) => each + 0.1 * random.normal()),
        ]),
      );
      const device = await openDevice("cpu");
      const batch = rows.feedsOf([0, 1, 2, 3, 4]);
      const apart = await logitsOf(trainee, device, batch, values);
      const merged = { ...mergeModel(model, adapter, values), head: [] };
      const whole = await logitsOf({ model: merged, adapter: noAdapter, task }, device, batch);
      const difference = largestDifference(whole.data, apart.data);
      assert.ok(difference < tolerance, `logits differ by ${difference}`);
    });
  }
}

Deno.test("BitFit trains what biases there are, and refuses a model without any", () => {
  const gpt2 = attachTo(toyModel({ modelType: "gpt2" }), bitfit());
  assert.ok(gpt2.sites!.includes("h.0.attn.c_attn"));
  assert.throws(
    () => attachTo(toyModel({ modelType: "llama" }), bitfit()),
    isMistake("unsupported", "llama has no biases"),
  );
});
