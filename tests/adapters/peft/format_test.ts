import assert from "node:assert/strict";
import { join } from "node:path";
import { peftFromFiles } from "../../../lib/adapters/peft.ts";
import { configFile, readPeftFiles, tensorFile } from "../../../lib/adapters/peft/files.ts";
import { writePeftFolder } from "../../../lib/adapters/peft/folder.ts";
import { openDevice } from "../../../lib/engine/mod.ts";
import type { Method } from "../../../lib/nn/method.ts";
import { attachTo, type Model } from "../../../lib/nn/model.ts";
import type { TrainableModel } from "../../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../../lib/tasks/shared/classification_objective.ts";
import { initialParameters } from "../../../lib/train/initial_state.ts";
import { isMistake } from "../../is_mistake.ts";
import { largestDifference, oneHot } from "../../models/golden.ts";
import { logitsOf } from "../../nn/run_trainable_model.ts";
import { toyModel, toyRows } from "../../nn/toy.ts";
import { runToy } from "../../train/toy_run.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { encodedPrompt, promptFromPeft, prunedRanks, ranksFromPeft } from "../toy_peft.ts";

const types = { TOY_PROMPT: promptFromPeft, TOY_RANKS: ranksFromPeft };
const labels = ["a", "b", "c"];
const objective = classificationObjective({
  kind: "single",
  outputs: 3,
  targets: oneHot([0, 1, 2], 3),
});
/** One product in the place of two, or ranks that are absent in the place of zeros. */
const tolerance = 1e-5;

/** Trains a method, writes it and gives what a reader makes of the folder. */
async function trainAndRead(folder: string, model: Model, method: Method) {
  const adapter = attachTo(model, method);
  const { values } = await runToy({ on: model, attached: adapter });
  await writePeftFolder(folder, model, adapter, values, { taskType: "SEQ_CLS", labels });
  const reread = await readAgain(folder);
  return { adapter, values, ...reread };
}

async function readAgain(folder: string) {
  const files = await readPeftFiles(folder);
  return { files, method: peftFromFiles(files, types) };
}

/** The largest difference between the logits of what was trained and of what was read. */
async function differenceOf(
  trained: TrainableModel,
  values: ReadonlyMap<string, Float32Array>,
  method: Method,
): Promise<number> {
  const device = await openDevice("cpu");
  const { model } = trained;
  const batch = toyRows(5, { types: model.family.usesTypes ?? false }).feedsOf([0, 1, 2, 3, 4]);
  const read: TrainableModel = { model, adapter: attachTo(model, method), objective };
  const before = await logitsOf(trained, device, batch, values);
  const after = await logitsOf(read, device, batch);
  const base = await logitsOf(trained, device, batch);
  assert.ok(largestDifference(before.data, base.data) > 1e-2, "training changed nothing");
  return largestDifference(before.data, after.data);
}

for (const modelType of ["bert", "roberta", "distilbert"]) {
  Deno.test(`virtual tokens are saved as their encoder's output, with the head: ${modelType}`, () =>
    inFolder(async (folder) => {
      const model = toyModel({ modelType, layers: 2 });
      const { adapter, values, files, method } = await trainAndRead(folder, model, encodedPrompt());
      const head = model.head.flatMap((path) => [`${path}.bias`, `${path}.weight`]);
      assert.deepEqual(
        [...files.tensors.keys()].sort(),
        [...head.map((path) => `base_model.${path}`), "prompt_embeddings"].sort(),
      );
      assert.deepEqual(files.tensors.get("prompt_embeddings")!.shape, [3, model.config.hiddenSize]);
      const difference = await differenceOf({ model, adapter, objective }, values, method);
      assert.ok(difference < tolerance, `logits differ by ${difference}`);
    }));
}

Deno.test("virtual tokens that were read are written again as they were", () =>
  inFolder(async (folder) => {
    const model = toyModel();
    const { method } = await trainAndRead(folder, model, encodedPrompt());
    const adapter = attachTo(model, method);
    const again = join(folder, "again");
    await writePeftFolder(again, model, adapter, initialParameters({ model, adapter }, 1), {
      taskType: "SEQ_CLS",
      labels,
    });
    for (const file of [configFile, tensorFile]) {
      assert.deepEqual(
        await Deno.readFile(join(again, file)),
        await Deno.readFile(join(folder, file)),
      );
    }
  }));

Deno.test("a folder for a model of another width is refused by the tensor's name", () =>
  inFolder(async (folder) => {
    const { method } = await trainAndRead(folder, toyModel(), encodedPrompt());
    assert.throws(
      () => attachTo(toyModel({ width: 4 }), method),
      isMistake("weights", "wrong shape (2)", "prompt_embeddings", "base_model.classifier.weight"),
    );
  }));

/** How many ranks each linear has in a folder. */
function ranksOf(tensors: ReadonlyMap<string, { readonly shape: readonly number[] }>): number[] {
  return [...tensors].flatMap(([name, { shape }]) => name.endsWith("lora_E") ? [shape[0]] : []);
}

Deno.test("pruned ranks are left out, and the config says which", () =>
  inFolder(async (folder) => {
    const model = toyModel({ layers: 2 });
    const ranks = prunedRanks({ initialRank: 4, budget: 2 });
    const { adapter, values, files, method } = await trainAndRead(folder, model, ranks);
    assert.deepEqual(ranksOf(files.tensors), [2, 2, 2, 2]);
    const pattern = files.config.rank_pattern as Record<string, boolean[]>;
    assert.equal(Object.keys(pattern).length, 4);
    for (const [name, mask] of Object.entries(pattern)) {
      assert.deepEqual(mask, [...values.get(name)!].map((each) => each !== 0), name);
    }
    const difference = await differenceOf({ model, adapter, objective }, values, method);
    assert.ok(difference < tolerance, `logits differ by ${difference}`);
  }));

Deno.test("a folder that is trained on gets the ranks of its last training", () =>
  inFolder(async (folder) => {
    const model = toyModel();
    const ranks = prunedRanks({ initialRank: 4, budget: 3 });
    const { files, method } = await trainAndRead(folder, model, ranks);
    const first = files.config.rank_pattern as Record<string, boolean[]>;
    // A lower budget and a field of another program, in the folder's own config.
    const config = { ...files.config, target_r: 1, a_later_field: [1] };
    await Deno.writeTextFile(join(folder, configFile), JSON.stringify(config));
    const lower = await readAgain(folder);
    const again = join(folder, "again");
    await Deno.mkdir(again);
    const second = await trainAndRead(again, model, lower.method);
    assert.equal(method.method, "peft");
    assert.deepEqual(second.files.config.a_later_field, [1]);
    assert.deepEqual(ranksOf(second.files.tensors), [1, 1]);
    const last = second.files.config.rank_pattern as Record<string, boolean[]>;
    for (const [name, mask] of Object.entries(last)) {
      assert.equal(mask.length, 4);
      assert.equal(mask.filter((each) => each).length, 1);
      assert.ok(mask.every((each, at) => !each || first[name][at]), `${name} has a rank back`);
    }
    const { adapter, values } = second;
    const difference = await differenceOf({ model, adapter, objective }, values, second.method);
    assert.ok(difference < tolerance, `logits differ by ${difference}`);
  }));
