import assert from "node:assert/strict";
import { TunebookError } from "../../lib/core/errors.ts";
import { rateShare, type ScheduleName } from "../../lib/train/schedule.ts";

const steps = { totalSteps: 10, warmupSteps: 3 };
const at = (name: ScheduleName, options = steps) =>
  Array.from({ length: 12 }, (_, step) => rateShare(name, step, options));

/** transformers: step / warmup, then (total − step) / (total − warmup). */
const linear = [0, 1 / 3, 2 / 3, 1, 6 / 7, 5 / 7, 4 / 7, 3 / 7, 2 / 7, 1 / 7, 0, 0];
/** transformers: then (1 + cos(π · (step − warmup) / (total − warmup))) / 2; numbers by Python. */
const cosine = [
  ...linear.slice(0, 4),
  0.9504844339512095,
  0.8117449009293668,
  0.6112604669781573,
  0.38873953302184283,
  0.18825509907063326,
  0.04951556604879043,
  0,
];

function close(found: number[], wanted: number[]): void {
  wanted.forEach((each, i) => assert.ok(Math.abs(found[i] - each) < 1e-12, `${i}: ${found[i]}`));
}

Deno.test("the linear schedule is transformers'", () => close(at("linear"), linear));

Deno.test("the cosine schedule is transformers'", () => close(at("cosine"), cosine));

Deno.test("the constant schedule rises in the warm-up and stays", () =>
  close(at("constant"), [0, 1 / 3, 2 / 3, ...Array(9).fill(1)]));

Deno.test("without a warm-up the first step has the full rate", () => {
  for (const name of ["linear", "cosine", "constant"] as const) {
    assert.equal(rateShare(name, 0, { totalSteps: 1, warmupSteps: 0 }), 1);
  }
});

Deno.test("a warm-up over the whole run has no fall", () =>
  close(at("linear", { totalSteps: 4, warmupSteps: 4 }), [0, 0.25, 0.5, 0.75]));

Deno.test("an unknown schedule is refused with a suggestion", () => {
  for (const name of ["cosin", "constructor"]) {
    assert.throws(
      () => rateShare(name as ScheduleName, 0, steps),
      (error) => error instanceof TunebookError && error.message.includes("Schedules: linear"),
    );
  }
  assert.throws(() => rateShare("cosin" as ScheduleName, 0, steps), /did you mean "cosine"/);
});
