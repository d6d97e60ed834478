import assert from "node:assert/strict";
import type { HostProcessor } from "../../lib/engine/mod.ts";
import type { EightBitLinears } from "../../lib/nn/eight_bit_linears.ts";
import { computeUnmeasured, measureCompute, typicalSteps } from "../../lib/train/choose_compute.ts";
import { knownCompute } from "../../lib/train/open_compute.ts";
import { planSteps } from "../../lib/train/step_plan.ts";
import { trainSettings } from "../../lib/train/train_options.ts";
import { isMistake } from "../is_mistake.ts";
import { clockOf, inTurns, unasked, withBytes } from "./compute_probe.ts";

const all: EightBitLinears = { chosen: new Map([["layer.weight", ["forward"]]]), left: [] };
const without: HostProcessor = { name: "old", flags: new Set() };

function measured(float32: readonly number[], int8: readonly number[], signal?: AbortSignal) {
  const tried: string[] = [];
  const note = (name: string) => (step: number) => Promise.resolve(tried.push(`${name}${step}`));
  const choice = measureCompute({
    float32: note("f"),
    int8: note("i"),
    steps: [4, 7],
    clock: clockOf(inTurns(float32, int8)),
    signal,
  });
  return { choice, tried };
}

Deno.test("int8 is taken where it is at least a tenth faster, by medians of turns", async () => {
  const fast = measured([900, 100, 100, 100], [900, 90, 90, 90]);
  assert.deepEqual(await fast.choice, {
    compute: "int8",
    reason: "int8: 45 ms a step, float32: 50 ms",
  });
  assert.equal(fast.tried.join(" "), "f4 f7 i4 i7 i4 i7 f4 f7 f4 f7 i4 i7 i4 i7 f4 f7");
  const equal = await measured([1, 100, 100, 100], [1, 91, 91, 91]).choice;
  assert.deepEqual(equal, { compute: "float32", reason: "float32: 50 ms a step, int8: 46 ms" });
  // One round that something else disturbed moves nothing.
  const disturbed = await measured([1, 100, 100, 100], [1, 80, 5000, 80]).choice;
  assert.equal(disturbed.compute, "int8");
});

Deno.test("a stop while it is measured leaves float32", async () => {
  const { choice, tried } = measured([1, 1, 1, 1], [1, 1, 1, 1], AbortSignal.abort());
  assert.equal((await choice).compute, "float32");
  assert.deepEqual(tried, []);
});

Deno.test("what cannot win is not measured, and said", () => {
  const settings = { accumulate: 1 };
  const of = (changed: Partial<Parameters<typeof computeUnmeasured>[0]>) =>
    computeUnmeasured({
      device: "cpu",
      settings,
      plan: { totalSteps: 1000 },
      processor: withBytes,
      ...changed,
    });
  assert.equal(of({}), undefined);
  // Where nothing tells the processor, the measurement does.
  assert.equal(of({ processor: undefined }), undefined);
  // AVX2 alone may be faster, or not.
  assert.equal(of({ processor: { name: "some", flags: new Set(["avx2"]) } }), undefined);
  assert.match(of({ processor: without })!.reason, /^float32: this processor has no instructions/);
  assert.match(of({ device: "webgpu" })!.reason, /^float32: .* not of webgpu/);
  assert.match(of({ plan: { totalSteps: 60 } })!.reason, /^float32: 60 micro-batches are too few/);
  assert.equal(of({ plan: { totalSteps: 60 }, settings: { accumulate: 2 } }), undefined);
});

Deno.test("steps in the middles of the thirds by tokens are measured", () => {
  const lengths = [9, 1, 8, 2, 7, 3, 6, 4, 5];
  const settings = trainSettings({ batchSize: 1, order: "sequential" });
  const steps = typicalSteps(planSteps(lengths, settings), { lengths });
  assert.deepEqual(steps.map((step) => lengths[step]), [2, 5, 8]);
});

Deno.test("int8 on a device without such products is refused", async () => {
  const settings = trainSettings({ compute: "int8" });
  const plan = planSteps([1, 2], settings);
  await assert.rejects(
    knownCompute(settings, { device: "webgpu", linears: all, plan, probe: unasked }),
    isMistake("unsupported", "compute is int8", "webgpu", "leave compute out"),
  );
});

Deno.test("where no linear layer is frozen, there is nothing to measure", async () => {
  const settings = trainSettings({ compute: "auto", epochs: 1000 });
  const left = [{ path: "classifier", reason: "it is trained" }];
  const known = await knownCompute(settings, {
    device: "cpu",
    linears: { chosen: new Map(), left },
    plan: planSteps([1, 2], settings),
    probe: unasked,
  });
  assert.equal(
    known?.reason,
    "float32: 0 of 1 linear layers in int8; left: classifier (it is trained)",
  );
});
