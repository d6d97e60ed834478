import assert from "node:assert/strict";
import { adalora } from "../../lib/adapters/adalora.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { jupyterDisplay } from "../../lib/core/display.ts";
import { TunebookError } from "../../lib/core/errors.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { Method } from "../../lib/nn/method.ts";
import { attachTo } from "../../lib/nn/model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import {
  findLearningRate,
  type FindLearningRateOptions,
} from "../../lib/train/find_learning_rate.ts";
import { suggestLearningRate } from "../../lib/train/suggest_learning_rate.ts";
import { type TrainOptions, trainSettings } from "../../lib/train/train_options.ts";
import { toyModel, toyRows, toyTargets } from "../nn/toy.ts";
import { runToy } from "./toy_run.ts";

const rows = toyRows(22);

async function sweep(
  options: FindLearningRateOptions,
  settings: TrainOptions = {},
  { method = lora({ rank: 2 }), signal, onStep }: {
    method?: Method;
    signal?: AbortSignal;
    onStep?: () => void;
  } = {},
) {
  const model = toyModel();
  const trainable = {
    model,
    adapter: attachTo(model, method),
    objective: classificationObjective({
      kind: "single",
      outputs: 3,
      targets: toyTargets(rows),
    }),
  };
  return await findLearningRate(trainable, rows, {
    device: await openDevice("cpu"),
    settings: trainSettings({ batchSize: 4, ...settings }),
    ...(signal ? { signal } : {}),
    ...(onStep ? { onStep } : {}),
  }, options);
}

Deno.test("learning rates grow exponentially, from the initial parameters", async () => {
  const { learningRates, losses, smoothed, ended } = await sweep({ to: 1e-3, steps: 20 });
  assert.equal(ended, "completed");
  for (const each of [losses, smoothed]) assert.equal(each.length, 20);
  assert.ok(Math.abs(learningRates[0] / 1e-7 - 1) < 1e-12);
  assert.ok(Math.abs(learningRates[19] / 1e-3 - 1) < 1e-12);
  const ratio = learningRates[1] / learningRates[0];
  learningRates.slice(1).forEach((each, i) =>
    assert.ok(Math.abs(each / learningRates[i] / ratio - 1) < 1e-9)
  );
  // The first loss is that of any training on these rows.
  const { losses: [first] } = await runToy({ settings: { epochs: 1 } });
  assert.equal(losses[0], first);
});

Deno.test("a sweep ends where it diverges, and suggests a learning rate below", async () => {
  // SGD without clipping.
  const settings: TrainOptions = { optimizer: "sgd", momentum: 0, maxGradientNorm: 1e30 };
  const found = await sweep({ from: 1e-3, to: 1e5, steps: 100 }, settings);
  assert.equal(found.ended, "diverged");
  assert.ok(found.losses.length < 100);
  assert.ok(found.suggestion! > 1e-3 && found.suggestion! < found.learningRates.at(-1)! / 10);
  assert.equal(found.suggestion, Math.min(found.steepest!, found.minimumTenth!));
});

Deno.test("averages, unfreezing and a method's own steps have no part in a sweep", async () => {
  const plain = await sweep({ steps: 12 });
  const more = await sweep({ steps: 12 }, {
    ema: 0.9,
    unfreeze: "gradual",
    epochs: 1,
    schedule: "cosine",
    learningRate: 7,
  });
  assert.deepEqual(more.losses, plain.losses);
  // So few steps are too few for a training.
  const { losses } = await sweep({ steps: 10 }, {}, { method: adalora() });
  assert.equal(losses.length, 10);
});

Deno.test("a sweep that is stopped gives what it has", async () => {
  const stop = new AbortController();
  let steps = 0;
  const { losses, ended } = await sweep(
    { steps: 30 },
    {},
    {
      signal: stop.signal,
      onStep: () => ++steps === 4 && stop.abort(),
    } as Parameters<typeof sweep>[2],
  );
  assert.equal(ended, "interrupted");
  assert.equal(losses.length, 4);
});

Deno.test("in a notebook a sweep is its chart", async () => {
  const found = await sweep({ steps: 10 });
  const { [jupyterDisplay]: display } = found as unknown as {
    [jupyterDisplay](): Promise<Record<string, string>>;
  };
  const bundle = await display();
  assert.match(bundle["text/plain"], /loss over 10 learning rates/);
  assert.match(bundle["text/html"], /svg/);
});

Deno.test("options that make no sense are one error", async () => {
  const wrong = { from: 0, to: -1, steps: 3, smoothing: 1, step: 5 };
  await assert.rejects(sweep(wrong as FindLearningRateOptions), (error) => {
    assert.ok(error instanceof TunebookError && error.kind === "input");
    for (const name of ["from is 0", "to is -1", "steps is 3", "smoothing is 1", '"steps"']) {
      assert.ok(error.message.includes(name), `${name}: ${error.message}`);
    }
    return true;
  });
});

Deno.test("a loss that never falls suggests nothing", () => {
  const learningRates = Array.from({ length: 20 }, (_, at) => 10 ** (at / 4 - 5));
  assert.deepEqual(suggestLearningRate(learningRates, learningRates.map((_, at) => at)), {});
  assert.deepEqual(suggestLearningRate([], []), {});
});

Deno.test("the explosion at the end of a sweep is not read", () => {
  const learningRates = Array.from({ length: 20 }, (_, at) => 10 ** (at / 4 - 5));
  const losses = learningRates.map((_, at) => at < 12 ? 3 - at / 10 : at);
  losses[18] = -100;
  const calm = suggestLearningRate(learningRates, losses, { diverged: true });
  assert.equal(calm.minimumTenth, learningRates[11] / 10);
  assert.ok(suggestLearningRate(learningRates, losses).minimumTenth! > calm.minimumTenth!);
});
