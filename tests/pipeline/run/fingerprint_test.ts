import assert from "node:assert/strict";
import { nameOf } from "../../../lib/pipeline/run/fingerprint.ts";
import { type TrainOptions, trainSettings } from "../../../lib/train/train_options.ts";

Deno.test("a run that lacked memory finds its state again when it recomputes layers", async () => {
  const named = (options: TrainOptions) =>
    nameOf({ model: "toy" }, trainSettings({ learningRate: 1e-3, ...options }));
  const name = await named({});
  assert.equal(await named({ gradientCheckpointing: true }), name);
  assert.equal(await named({ checkpoints: "kept", checkpointEvery: 3 }), name);
  assert.notEqual(await named({ seed: 6 }), name);
  assert.notEqual(await named({ packing: false }), name);
});
