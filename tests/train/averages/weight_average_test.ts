import assert from "node:assert/strict";
import { adalora } from "../../../lib/adapters/adalora.ts";
import { TunebookError } from "../../../lib/core/errors.ts";
import { averageShare } from "../../../lib/train/averages/weight_average.ts";
import type { TrainContext } from "../../../lib/train/train.ts";
import type { TrainOptions } from "../../../lib/train/train_options.ts";
import { largestDifference } from "../../models/golden.ts";
import diffusion from "../../golden/diffusion.json" with { type: "json" };
import { runToy } from "../toy_run.ts";

type Tensors = ReadonlyMap<string, Float32Array>;

/** A run, with what validation was shown after each of its twelve steps. */
async function shownIn(settings: TrainOptions, device = "cpu", best?: number) {
  const shown: Tensors[] = [];
  const validate: TrainContext["validate"] = async (state) => {
    shown.push(await state.read("parameters"));
    return { score: shown.length === best ? 1 : 0, better: "higher" };
  };
  const result = await runToy({
    device,
    settings: { ...settings, validateEvery: 1 },
    context: { validate },
  });
  return { ...result, shown };
}

/** The average of the parameters after each step, in double precision. */
function averaged(steps: readonly Tensors[], start: Tensors, settings: TrainOptions) {
  const mean = new Map([...start].map(([name, numbers]) => [name, Array.from(numbers)]));
  return steps.map((parameters, i) => {
    const share = averageShare(settings, i + 1, steps.length);
    for (const [name, numbers] of mean) {
      const fresh = parameters.get(name)!;
      numbers.forEach((each, at) => numbers[at] = each * (1 - share) + fresh[at] * share);
    }
    return new Map([...mean].map(([name, numbers]) => [name, [...numbers]]));
  });
}

const averages: Record<string, TrainOptions> = {
  "an exponential average": { ema: 0.7 },
  "an exponential average that is long for the run": { ema: 0.999 },
  "the mean of the last quarter": { swa: { from: 0.75 } },
  "the mean of all steps": { swa: { from: 0 } },
};

for (const [name, settings] of Object.entries(averages)) {
  for (const device of ["cpu", "tfjs:cpu"]) {
    Deno.test(`${name} is validated and kept on ${device}`, async () => {
      const plain = await shownIn({}, device);
      const { values: start } = await runToy({ device, settings: { epochs: 0 } });
      const wanted = averaged(plain.shown, start, settings);
      const found = await shownIn(settings, device);
      // The steps do not see the average.
      assert.deepEqual(found.losses, plain.losses);
      wanted.forEach((tensors, i) => {
        for (const [path, numbers] of tensors) {
          assert.ok(largestDifference(found.shown[i].get(path)!, numbers) < 1e-6, `${i} ${path}`);
        }
      });
      assert.deepEqual(found.values, found.shown.at(-1));
    });
  }
}

Deno.test("the best average is kept", async () => {
  const { shown, values, keptStep } = await shownIn({ ema: 0.7, keepBest: true }, "cpu", 5);
  assert.equal(keptStep, 5);
  assert.deepEqual(values, shown[4]);
});

Deno.test("a young exponential average forgets its start faster", () => {
  const shares = [1, 10, 1000, 100_000].map((step) => averageShare({ ema: 0.99 }, step, 1e6));
  [9 / 11, 9 / 20, 0.01, 0.01].forEach((wanted, i) =>
    assert.ok(Math.abs(shares[i] - wanted) < 1e-12, `${shares[i]}`)
  );
});

Deno.test("an exponential average is that of diffusers from its second step on", () => {
  // Its first step takes the parameters as they are; ours begins with those before the first step.
  const { decay, parameters, averages } = diffusion.average;
  const mean = [...parameters[0]];
  averages.slice(1).forEach((wanted, i) => {
    const share = averageShare({ ema: decay }, i + 1, averages.length);
    parameters[i + 1].forEach((each, at) => mean[at] = mean[at] * (1 - share) + each * share);
    assert.ok(largestDifference(Float32Array.from(mean), wanted) < 1e-6, `step ${i + 2}`);
  });
});

Deno.test("the mean begins after its share of the steps", () => {
  const shares = Array.from(
    { length: 8 },
    (_, i) => averageShare({ swa: { from: 0.5 } }, i + 1, 8),
  );
  assert.deepEqual(shares, [1, 1, 1, 1, 1, 1 / 2, 1 / 3, 1 / 4]);
});

Deno.test("a method that changes parameters between steps has no average", async () => {
  const method = adalora({ initialRank: 4, targetRank: 2 });
  await assert.rejects(
    runToy({ method, settings: { ema: 0.9, epochs: 30 } }),
    (error) => error instanceof TunebookError && /ema and swa/.test(error.message),
  );
});
