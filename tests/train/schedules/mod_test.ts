import assert from "node:assert/strict";
import { toldInProgram, TunebookError } from "../../../lib/core/errors.ts";
import {
  learningRateAt,
  learningRateScale,
  scheduleMistakes,
  type ScheduleName,
  scheduleNames,
} from "../../../lib/train/schedules/mod.ts";
import golden from "../../golden/schedules.json" with { type: "json" };

for (const name of scheduleNames) {
  Deno.test(`the schedule ${name} is transformers'`, () => {
    const cases = golden.cases.filter(({ schedule }) => schedule === name);
    assert.ok(cases.length > 0);
    for (const { totalSteps, warmupSteps, settings, scales } of cases) {
      scales.forEach((wanted, step) => {
        const found = learningRateScale(name, step, { totalSteps, warmupSteps, ...settings });
        const shown = JSON.stringify({ totalSteps, warmupSteps, settings, step });
        assert.ok(Math.abs(found - wanted) < 1e-12, `${shown}: ${found}, not ${wanted}`);
      });
    }
  });
}

Deno.test("without a warm-up the first step has the full rate", () => {
  for (const name of scheduleNames) {
    assert.equal(learningRateScale(name, 0, { totalSteps: 1, warmupSteps: 0 }), 1);
  }
});

Deno.test("a warm-up over the whole run has no fall", () => {
  const scales = Array.from(
    { length: 4 },
    (_, step) => learningRateScale("linear", step, { totalSteps: 4, warmupSteps: 4 }),
  );
  assert.deepEqual(scales, [0, 0.25, 0.5, 0.75]);
});

Deno.test("every schedule that falls ends at its final scale", () => {
  for (const name of scheduleNames.filter((name) => name !== "constant")) {
    const steps = { totalSteps: 50, warmupSteps: 5, finalScale: 0.25 };
    const scales = Array.from({ length: 51 }, (_, step) => learningRateScale(name, step, steps));
    assert.equal(scales[50], 0.25, name);
    assert.ok(scales.slice(5).every((scale) => scale >= 0.25 && scale <= 1), name);
  }
});

Deno.test("a longer run of warm-up, plateau and fall has the same steps before the fall", () => {
  const at = (totalSteps: number, step: number) =>
    learningRateScale("warmup-stable-decay", step, { totalSteps, warmupSteps: 3, decayShare: 0.2 });
  for (let step = 0; step < 16; step++) assert.equal(at(20, step), at(40, step));
});

Deno.test("the settings of a schedule reach the learning rate of a step", () => {
  const settings = { learningRate: 0.5, warmup: 0, totalSteps: 10 };
  assert.equal(learningRateAt({ ...settings, schedule: "polynomial", power: 2 }, 5), 0.125);
  assert.equal(
    learningRateAt({ ...settings, schedule: "cosine-with-restarts", cycles: 5 }, 2),
    0.5,
  );
});

Deno.test("a setting of another schedule is a mistake that names its schedules", () => {
  assert.deepEqual(scheduleMistakes("polynomial", { power: 2, finalScale: 0.1 }), []);
  const lines = scheduleMistakes("constant", { power: 2, cycles: 3, finalScale: 0.1 })
    .map(toldInProgram);
  assert.equal(lines.length, 3);
  assert.match(
    lines[0],
    /cycles says nothing to the schedule constant, only to cosine-with-restarts/,
  );
});

const steps = { totalSteps: 10, warmupSteps: 3 };

Deno.test("an unknown schedule is refused with a suggestion", () => {
  for (const name of ["cosin", "constructor"]) {
    assert.throws(
      () => learningRateScale(name as ScheduleName, 0, steps),
      (error) => error instanceof TunebookError && error.message.includes("Schedules: linear"),
    );
  }
  assert.throws(
    () => learningRateScale("cosin" as ScheduleName, 0, steps),
    /did you mean "cosine"/,
  );
});
