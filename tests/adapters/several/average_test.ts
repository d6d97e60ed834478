import assert from "node:assert/strict";
import { averaged, type WeightedAdapter } from "../../../lib/adapters/several/average.ts";
import type { Combination } from "../../../lib/adapters/several/low_rank_sum.ts";
import { textClassification } from "../../../lib/tasks/text_classification.ts";
import { readPeftFolder, writePeftFolder } from "../../../lib/adapters/peft/folder.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import { createSharedModel } from "../../../lib/evaluate/shared_model.ts";
import { mergeModel } from "../../../lib/nn/merge.ts";
import type { Model } from "../../../lib/nn/model.ts";
import { openSafetensors } from "../../../lib/weights/safetensors.ts";
import { openGolden, rowLogits } from "../../evaluate/several.ts";
import { goldenModel, goldenPath, largestDifference, readGolden } from "../../models/golden.ts";
import { inFolder } from "../../weights/in_folder.ts";

const tolerance = 1e-4;
type Averages = Record<string, [string[], number[]]>;

const weighted = (model: Model, folder: string, names: string[], weights: number[]) =>
  Promise.all(names.map(async (name, i): Promise<WeightedAdapter> => ({
    name,
    weight: weights[i],
    adapter: await openGolden(`${folder}/${name}`, model),
  })));

const loras = ["lora-bert", "lora-roberta", "lora-gpt2-classes", "lora-llama-classes"];

for (const name of [...loras, "ia3-bert"]) {
  Deno.test(`several/${name}: averages give the logits of PEFT's, also from their folder`, async () => {
    const golden = await readGolden(`several/${name}/expected.safetensors`);
    using file = await openSafetensors(goldenPath(`several/${name}/expected.safetensors`));
    const averages: Averages = JSON.parse(file.metadata.averages);
    const model = await goldenModel(name.slice(name.indexOf("-") + 1));
    const shared = createSharedModel(model, await openDevice("cpu"));
    try {
      assert.ok(Object.keys(averages).length > 0);
      for (const [key, [names, weights]] of Object.entries(averages)) {
        const all = await weighted(model, `several/${name}`, names, weights);
        const combination = key === "negative" || key === "weighted" ? "linear" : key;
        const average = averaged(all, { combination: combination as Combination, head: names[0] });
        shared.reserve(average.entry.delta);
        const found = await rowLogits(shared, golden, () => average.entry);
        const difference = largestDifference(found, golden[key].data);
        assert.ok(difference < tolerance, `${key}: logits differ by ${difference}`);
        await inFolder(async (folder) => {
          await writePeftFolder(folder, model, average.attached, average.values, {
            taskType: "SEQ_CLS",
            labels: average.task.labels,
          });
          const { attached, values } = await readPeftFolder(folder, model);
          assert.ok(attached.parameters.length > 0);
          for (const { name } of attached.parameters) {
            assert.deepEqual(values.get(name), average.values.get(name), name);
          }
        });
      }
    } finally {
      await shared.dispose();
    }
  });
}

Deno.test("cat is the weighted sum of what adapters of any low-rank method add to the weights", async () => {
  const model = await goldenModel("bert");
  const [adalora, vera, lora] = await Promise.all(
    ["several/adalora-bert/one", "several/vera-bert/one", "several/lora-bert/three"]
      .map((folder) => openGolden(folder, model)),
  );
  const all: WeightedAdapter[] = [
    { name: "adalora", weight: 0.5, adapter: adalora },
    { name: "vera", weight: -0.25, adapter: vera },
    { name: "lora", weight: 0.75, adapter: lora },
  ];
  const average = averaged(all, { head: "lora" });
  const path = "encoder.layer.1.attention.self.value.weight";
  const weightOf = ({ attached, values }: typeof average) =>
    mergeModel(model, attached, values).weights.get(path)!;
  const base = model.weights.get(path)!;
  const wanted = base.map((each, i) =>
    all.reduce((sum, { weight, adapter }) => sum + weight * (weightOf(adapter)[i] - each), each)
  );
  assert.ok(largestDifference(weightOf(average), wanted) < 1e-5);
});

Deno.test("heads for the same labels are averaged by the weights' shares", async () => {
  const model = await goldenModel("bert");
  const all = await weighted(model, "several/lora-bert/heads", ["one", "two"], [3, 1]);
  const key = "classifier.weight";
  const [one, two] = all.map(({ adapter }) => adapter.values.get(key)!);
  const found = averaged(all).values.get(key)!;
  assert.ok(largestDifference(found, one.map((each, i) => (3 * each + two[i]) / 4)) < 1e-6);
  assert.deepEqual(averaged(all, { head: "two" }).values.get(key), two);
  assert.throws(() => averaged([all[0], { ...all[1], weight: -3 }]), /add up to 0/);
});

Deno.test("BitFit's norms are averaged by how far they moved", async () => {
  const model = await goldenModel("bert");
  const adapter = await openGolden("methods/bitfit-bert", model);
  const half = averaged([{ name: "bitfit", weight: 0.5, adapter }]);
  const key = "encoder.layer.0.output.LayerNorm.bias";
  const [base, moved] = [model.weights.get(key)!, adapter.values.get(key)!];
  assert.ok(largestDifference(moved, base) > 0.01);
  const middle = base.map((each, i) => (each + moved[i]) / 2);
  assert.ok(largestDifference(half.values.get(key)!, middle) < 1e-6);
});

Deno.test("an average that makes no sense is an error that says why", async () => {
  const model = await goldenModel("bert");
  const of = async (folder: string, name: string): Promise<WeightedAdapter> => ({
    name,
    weight: 0.5,
    adapter: await openGolden(folder, model),
  });
  const [four, two] = [
    await of("several/lora-bert/one", "four"),
    await of("several/lora-bert/three", "two"),
  ];
  assert.throws(
    () => averaged([four, two], { combination: "linear" }),
    /equal ranks, but at encoder\.layer\.0\.attention\.self\.value four has 4 and two 2.*"cat"/,
  );
  const adalora = await of("several/adalora-bert/one", "ada");
  assert.throws(() => averaged([adalora], { combination: "linear" }), /plain LoRA, but ada/);
  const reasons = {
    "methods/dora-bert": /other cannot be averaged with others: DoRA divides/,
    "methods/prompt-tuning-bert": /two prompts have no order/,
    "methods/prefix-tuning-bert": /two prefixes have no order/,
    "methods/ia3-bert": /four cannot be averaged with others: it adds matrices of low rank/,
  };
  for (const [folder, reason] of Object.entries(reasons)) {
    const other = await of(folder, "other");
    assert.throws(() => averaged([four, other]), reason);
  }
  const { task } = two.adapter.task;
  const renamed = task.withLabels(["a", "b", "c"]);
  const as = (task: typeof renamed) => ({ ...two, adapter: { ...two.adapter, task } });
  assert.throws(() => averaged([four, as(renamed)]), /other labels.*head: "four"/);
  const { labels } = two.adapter.task;
  const multi = textClassification({ text: "text", label: "label", kind: "multi" });
  assert.throws(
    () => averaged([four, as(multi.withLabels(labels))]),
    /other tasks \(text-classification, single; text-classification, multi\)/,
  );
  const wrong = { combination: "mean" as Combination, head: "six" };
  assert.throws(
    () => averaged([{ ...four, weight: NaN }], wrong),
    /combination is "mean"[^]*weight of four is NaN[^]*head is "six"/,
  );
  assert.throws(() => averaged([four], { rank: 2 }), /rank is for the combination svd/);
  const none = { combination: "svd" as Combination, rank: 0, head: "" };
  assert.throws(() => averaged([four, two], none), /rank is 0[^]*head is ""/);
});
