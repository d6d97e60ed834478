/**
 * Noise and images that broke trainings of denoisers, from public reports; LOG.md has their addresses.
 */
import assert from "node:assert/strict";
import {
  full,
  imageGeneration,
  minSnrWeight,
  model,
  noiseSchedule,
  tableFromColumns,
} from "tunebook";
import { isMistake } from "../../is_mistake.ts";

Deno.test("a last step without signal has a weight where the model can learn something in it, and is refused else", () => {
  assert.throws(
    () => noiseSchedule({ zeroTerminalSnr: true }),
    isMistake("input", "zeroTerminalSnr leaves nothing", 'prediction: "v_prediction"'),
  );
  const schedule = noiseSchedule({ zeroTerminalSnr: true, prediction: "v_prediction" });
  const weights = Array.from({ length: 1000 }, (_, step) => minSnrWeight(schedule, 5, step));
  assert.ok(weights.every((weight) => Number.isFinite(weight) && weight >= 0 && weight <= 5));
  assert.equal(weights[999], 0); // min(SNR, 5) / (SNR + 1) of SNR 0
});

Deno.test("fewer images than a batch takes are a step of all of them", async () => {
  const gif = "R0lGODdhAgADAIAAAAAAAP///ywAAAAAAgADAAACAoRRADs=";
  const image = Array.from({ length: 4 }, () => Uint8Array.fromBase64(gif));
  const size = { imageSize: 8, patchSize: 4, hiddenSize: 8, layers: 1, heads: 2 };
  const result = await model("new:dit", size)
    .data(
      tableFromColumns({ image, label: ["a", "b", "a", "a"] }),
      imageGeneration({
        image: "image",
        label: "label",
      }),
      { test: 1 },
    )
    .adapt(full()).train({ epochs: 2, batchSize: 64, samples: 0 }).run({ quiet: true });
  assert.equal(result.steps, 2);
  assert.ok(result.losses.every((loss) => Number.isFinite(loss)));
  await result.dispose();
});
