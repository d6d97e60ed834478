import assert from "node:assert/strict";
import { readPeftFolder, writePeftFolder } from "../../lib/adapters/peft/folder.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { AttachedMethod } from "../../lib/nn/method.ts";
import { checkMergeable, mergeModel, noAdapter } from "../../lib/nn/merge.ts";
import { type Model, openOn } from "../../lib/nn/model.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import { trainedWeights } from "../../lib/nn/trained.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { largestDifference, oneHot } from "../models/golden.ts";
import { checkGradients } from "../nn/check_gradients.ts";
import { logitsOf, logitsRun } from "../nn/run_trainable_model.ts";
import { nextTokens, type TextRows, toyModel, toyRows } from "../nn/toy.ts";
import { runToy } from "../train/toy_run.ts";
import { inFolder } from "../weights/in_folder.ts";
import { methodTable } from "./method_table.ts";

const outputs = 3;
const labels = ["a", "b", "c"];
/** PEFT's tolerances for the same invariants. */
const tolerance = { merged: 1e-4, loaded: 1e-6, converted: 1e-5 };

const models: readonly ToyCase[] = [
  ...["bert", "roberta", "distilbert", "xlm-roberta"].map((modelType) => ({ modelType })),
  ...["gpt2", "llama"].flatMap((modelType) => [
    { modelType },
    { modelType, predictsTokens: true },
  ]),
  // What the families add to a Llama's block occurs in these two.
  ...["qwen2", "gemma3_text"].map((modelType) => ({ modelType, predictsTokens: true })),
];

interface ToyCase {
  readonly modelType: string;
  readonly predictsTokens?: boolean;
}

const titleOf = ({ modelType, predictsTokens }: ToyCase) =>
  predictsTokens ? `${modelType} for next tokens` : modelType;

function modelOf({ modelType, predictsTokens }: ToyCase, layers: number): Model {
  const head = predictsTokens ? "language" : "classification";
  return toyModel({ modelType, layers, head });
}

/** A task that learns from some rows. */
function taskOn(model: Model, adapter: AttachedMethod, rows: TextRows): Objective {
  if (model.headRequest.name === "language") return nextTokens({ model, adapter }, rows);
  const targets = oneHot(Array.from(rows.lengths, (_, row) => (2 * row) % outputs), outputs);
  return classificationObjective({ kind: "single", outputs, targets });
}

for (const [name, tested] of Object.entries(methodTable)) {
  for (const toy of models) {
    const { modelType } = toy;
    Deno.test(`${name} on ${titleOf(toy)}: off is the base, merged and reopened are the same model`, () =>
      inFolder(async (folder) => {
        const model = modelOf(toy, 2);
        const before = new Map([...model.weights].map(([path, data]) => [path, data.slice()]));
        const device = await openDevice("cpu");
        const rows = toyRows(5, { types: model.family.usesTypes ?? false });
        const batch = rows.feedsOf([0, 1, 2, 3, 4]);
        const adapter = await openOn(model, tested.of(modelType));
        const trainable = { model, adapter, objective: taskOn(model, adapter, rows) };
        const off = { ...trainable, adapter: noAdapter };
        const base = await logitsOf(off, device, batch);
        await using run = await logitsRun(trainable, device);
        const initial = initialParameters(trainable, 1);
        const start = await run.logitsOf(batch, initial);
        assert.equal(largestDifference(start.data, base.data) < 1e-5, tested.startsAtBase);

        const { values } = await runToy({ on: model, attached: adapter });
        const on = await run.logitsOf(batch, values);
        const own = [...adapter.parameters.map(({ name }) => name)];
        const weights = trainedWeights(model, adapter).map(({ path }) => path);
        assert.deepEqual([...values.keys()].sort(), [...own, ...weights].sort());
        for (const path of own) {
          if (tested.mayReturn?.test(path)) continue;
          assert.notDeepEqual(values.get(path), initial.get(path), `${path} did not move`);
        }

        if (tested.merges(modelType)) {
          const merged = mergeModel(model, adapter, values);
          const whole = await logitsOf({ ...off, model: merged }, device, batch);
          const difference = largestDifference(whole.data, on.data);
          assert.ok(difference < tolerance.merged, `merging changes a logit by ${difference}`);
        } else assert.throws(() => checkMergeable(adapter), /cannot be merged/);
        // The same numbers in the same program: off, it is still the base.
        for (const [path, data] of before) {
          assert.deepEqual(model.weights.get(path), data, `${path} of the base moved`);
        }

        if (!adapter.peft) {
          assert.ok(tested.gaps[modelType], `${name} has no PEFT format`);
          await assert.rejects(
            writePeftFolder(folder, model, adapter, values, { taskType: "SEQ_CLS", labels }),
            /no PEFT/,
          );
          return;
        }
        await writePeftFolder(folder, model, adapter, values, { taskType: "SEQ_CLS", labels });
        const read = await readPeftFolder(folder, model);
        const opened = { ...trainable, adapter: read.attached };
        const reopened = await logitsOf(opened, device, batch, read.values);
        const difference = largestDifference(reopened.data, on.data);
        const allowed = tested.converts ? tolerance.converted : tolerance.loaded;
        assert.ok(difference < allowed, `reopening changes a logit by ${difference}`);
      }));
  }

  for (const toy of models.filter(({ modelType }) => modelType !== "xlm-roberta")) {
    const { modelType } = toy;
    Deno.test(`${name} on ${titleOf(toy)} has the right gradients`, async () => {
      const model = modelOf(toy, 1);
      const adapter = await openOn(model, tested.of(modelType));
      const rows = toyRows(5, { types: model.family.usesTypes ?? false });
      const objective = taskOn(model, adapter, rows);
      const own = new Set(adapter.parameters.map(({ name }) => name));
      const only = (path: string) => own.has(path) && !tested.partial?.test(path);
      const check = (seed: number) => checkGradients({ model, adapter, objective }, { only, seed });
      // Differences across a kink say nothing; a wrong gradient is wrong at every start.
      const checked = await check(1).catch((error) => {
        if (tested.hasKinks) return check(2);
        throw error;
      });
      assert.ok(checked.length > 0);
    });
  }
}
