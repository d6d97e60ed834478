import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { wideModel } from "../nn/eight_bit_toys.ts";
import { probeOf } from "./compute_probe.ts";
import { runToy } from "./toy_run.ts";

/** Toy models are too narrow for eight bits to be worth it. */
const eightBit = { leastFeatures: 1 };
const settings = { epochs: 12, learningRate: 2e-3 };

/** The mean of so many losses at the end. */
function last(losses: readonly number[], count: number): number {
  return losses.slice(-count).reduce((sum, loss) => sum + loss, 0) / count;
}

for (const modelType of ["bert", "llama"]) {
  Deno.test(`full fine-tuning of ${modelType} in int8 learns as in float32 does`, async () => {
    const on = wideModel(modelType);
    const run = (compute: "float32" | "int8") =>
      runToy({ on, method: full(), settings: { ...settings, compute }, context: { eightBit } });
    const [float32, int8] = [await run("float32"), await run("int8")];
    assert.match(int8.compute.reason, /^int8, as asked; 1\d of 1\d linear layers in int8/);
    assert.ok(int8.losses.every(Number.isFinite));
    assert.notDeepEqual(int8.losses, float32.losses);
    // The first step differs by what rounding does to one forward pass.
    assert.ok(Math.abs(int8.losses[0] - float32.losses[0]) < 0.02);
    const [ends, exact] = [last(int8.losses, 6), last(float32.losses, 6)];
    assert.ok(ends < 0.5 * int8.losses[0], `${int8.losses[0]} fell to ${ends}`);
    assert.ok(Math.abs(ends - exact) < 0.05, `${ends} in int8, ${exact} in float32`);
  });
}

Deno.test("auto measures full fine-tuning, and is the run that asks for what it finds", async () => {
  const on = wideModel();
  const long = { epochs: 18, learningRate: 1e-3 };
  const run = (compute: "auto" | "int8") =>
    runToy({
      on,
      method: full(),
      settings: { ...long, compute },
      context: { eightBit, ...(compute === "auto" ? { probe: probeOf(50, 40) } : {}) },
    });
  const [asked, found] = [await run("int8"), await run("auto")];
  assert.match(found.compute.reason, /^int8: 40 ms a step, float32: 50 ms; 13 of 14 linear/);
  assert.deepEqual(found.losses, asked.losses);
  assert.deepEqual(found.values, asked.values);
});
