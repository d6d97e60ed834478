import assert from "node:assert/strict";
import { sharedAdapter } from "../../lib/adapters/several/shared_adapter.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import { createSharedModel } from "../../lib/evaluate/shared_model.ts";
import { settle } from "../../lib/nn/merge.ts";
import { openOn } from "../../lib/nn/model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { goldenModel, largestDifference } from "../models/golden.ts";
import { logitsOf } from "../nn/run_trainable_model.ts";
import { toyRows, toyTargets } from "../nn/toy.ts";
import { runToy } from "../train/toy_run.ts";
import { familyOf, methodTable } from "./method_table.ts";

const outputs = 3;
/** The same numbers through other products. */
const tolerance = 1e-4;
/** They compute with, or replace, the whole matrix that is held in fewer bits. */
const needsWhole = ["dora", "pissa"];

for (const base of ["bert", "gpt2-classes", "llama-classes"]) {
  for (const [name, tested] of Object.entries(methodTable)) {
    Deno.test(`${name} over a ${base} in nf4 is the method over its numbers, also deployed`, async () => {
      const model = await goldenModel(base, outputs, 1, "nf4");
      const rows = toyRows(5, { types: model.family.usesTypes ?? false });
      const batch = rows.feedsOf([0, 1, 2, 3, 4]);
      const targets = toyTargets(rows, outputs);
      const objective = classificationObjective({ kind: "single", outputs, targets });
      const adapter = await openOn(model, tested.of(familyOf(base)));
      const trained = runToy({ on: model, attached: adapter });
      if (needsWhole.includes(name)) {
        await assert.rejects(trained, /is quantised/);
        return;
      }
      const { values } = await trained;
      const device = await openDevice("cpu");
      const { quantized: _, ...whole } = model;
      const trainable = { model, adapter, objective };
      const { data: wanted } = await logitsOf(trainable, device, batch, values);
      const close = (found: ArrayLike<number>, what: string) => {
        const difference = largestDifference(found, wanted);
        assert.ok(difference < tolerance, `${what}: logits differ by ${difference}`);
      };
      const float = { ...trainable, model: whole };
      close((await logitsOf(float, device, batch, values)).data, "in float32");
      for (const dequantise of [false, true]) {
        const settled = { ...settle(model, adapter, values, { dequantise }), objective };
        const kept = settled.model.quantized !== undefined;
        assert.equal(kept, !dequantise);
        const { data } = await logitsOf(settled, device, batch, new Map());
        close(data, dequantise ? "dequantised" : "settled");
      }
      // An encoder's parts stand in its folder only.
      if (!adapter.delta) return;
      const entry = sharedAdapter(name, { model, attached: adapter, values });
      const shared = createSharedModel(model, device);
      try {
        shared.reserve(entry.delta);
        const found = await shared.logits({ ...rows, entryOf: () => entry });
        close(found.flatMap((row) => [...row]), "on a shared base");
      } finally {
        await shared.dispose();
      }
    });
  }
}
