import assert from "node:assert/strict";
import { TunebookError } from "../../lib/core/errors.ts";
import { type TrainOptions, trainSettings } from "../../lib/train/train_options.ts";

const broken: Record<string, unknown[]> = {
  epochs: [-1, NaN, Infinity, "3", null],
  batchSize: [0, 1.5, "16", null],
  accumulate: [0, 0.5],
  learningRate: [0, -1, NaN, Infinity, "1e-3"],
  schedule: ["linnear", 1, "constructor"],
  cycles: [0, 1.5, "2"],
  power: [0, -1, Infinity],
  decayShare: [0, 1.5, "half"],
  finalScale: [1, -0.1],
  warmup: [1, -0.1, null, NaN],
  weightDecay: [-1, NaN],
  maxGradientNorm: [0, Infinity],
  beta1: [1, null],
  beta2: [1, "0.9"],
  epsilon: [0],
  labelSmoothing: [1, null, true],
  optimizer: ["adam", 1, "constructor", ""],
  momentum: [1, -0.1, "0.9"],
  nesterov: ["yes", 1],
  layerDecay: [0, 1.1, "0.9"],
  unfreeze: ["slowly", 0, 1.5, true],
  ema: [0, 1, "0.999"],
  sync: [50, {}, { every: 0 }, { every: 2, momentum: 1 }, { every: 2, outerLearningRate: 0 }, {
    evry: 2,
  }, null],
  shard: [256, {}, { megabytes: 0 }, { megabytes: "256" }, { megabyte: 256 }, null],
  swa: [0.75, { from: 1 }, { from: "0.5" }, { form: 0.5 }, {}, null],
  focalGamma: [-1, null, "2"],
  classWeights: ["balance", 3, [1, 2], { a: -1 }, { a: "1" }, null],
  order: ["sorted", null],
  packing: ["on", 1, null],
  compute: ["int4", 8, null, true],
  maxTokens: [0],
  seed: [1.5, "1", null],
  keepBest: ["yes", null],
  patience: [0, null],
  validateEvery: [0],
  checkpoints: [3, ""],
  resume: [1],
};

Deno.test("every setting that makes no sense is refused by name", () => {
  for (const [name, values] of Object.entries(broken)) {
    for (const value of values) {
      assert.throws(
        () => trainSettings({ [name]: value } as TrainOptions),
        (error) =>
          error instanceof TunebookError && error.kind === "input" &&
          error.message.includes(`- ${name} is `),
        `${name}: ${value}`,
      );
    }
  }
});

Deno.test("all mistakes are one error, with suggestions", () => {
  assert.throws(
    () =>
      trainSettings({ epochs: -1, learningrate: 1, schedule: "cosin" } as unknown as TrainOptions),
    (error) => {
      assert.ok(error instanceof TunebookError);
      assert.match(error.message, /epochs is -1/);
      assert.match(error.message, /learningrate.*did you mean "learningRate"/);
      assert.match(error.message, /schedule.*did you mean "cosine"/);
      return true;
    },
  );
});

Deno.test("a setting of another schedule is refused", () => {
  assert.throws(() => trainSettings({ schedule: "cosine", power: 2 }), /power says nothing to/);
  assert.throws(() => trainSettings({ cycles: 2 }), /cycles says nothing to the schedule linear/);
  assert.equal(trainSettings({ schedule: "polynomial", power: 2 }).power, 2);
});

Deno.test("settings that contradict each other are refused", () => {
  const broken: [TrainOptions, RegExp][] = [
    [{ optimizer: "lion", momentum: 0.9 }, /momentum says nothing to the optimizer lion/],
    [{ optimizer: "sgd", beta1: 0.9 }, /beta1 says nothing to .* sgd, only to adamw, lion/],
    [{ nesterov: true }, /nesterov says nothing to the optimizer adamw, only to sgd/],
    [{ optimizer: "sgd", momentum: 0, nesterov: true }, /nesterov needs a momentum/],
    [{ ema: 0.9, swa: { from: 0.5 } }, /ema and swa are two averages/],
    [{ ema: 0.9, sync: { every: 5 } }, /ema would average what one process has/],
  ];
  for (const [options, message] of broken) assert.throws(() => trainSettings(options), message);
});

Deno.test("each optimizer has its own defaults, and its own share of a method's learning rate", () => {
  const of = (options: TrainOptions) => trainSettings(options, { learningRate: 1e-3 });
  const near = (found: number, wanted: number) => assert.ok(Math.abs(found / wanted - 1) < 1e-12);
  near(of({ optimizer: "adafactor" }).learningRate, 1e-3);
  near(of({ optimizer: "sgd" }).learningRate, 5e-2);
  const lion = of({ optimizer: "lion" });
  near(lion.learningRate, 1e-4);
  assert.deepEqual([lion.beta1, lion.beta2, lion.weightDecay], [0.9, 0.99, 0.1]);
  assert.equal(of({ optimizer: "sgd" }).momentum, 0.9);
  assert.equal(of({ optimizer: "sgd", learningRate: 0.3 }).learningRate, 0.3);
});

Deno.test("checkpointEvery needs a folder", () => {
  assert.throws(() => trainSettings({ checkpointEvery: 5 }), /checkpointEvery needs a folder/);
  assert.equal(trainSettings({ checkpointEvery: 5, checkpoints: "out" }).checkpointEvery, 5);
});

Deno.test("settings that are not given have their defaults", () => {
  const settings = trainSettings(
    { epochs: undefined, classWeights: { good: 2, bad: 0 } } as TrainOptions,
  );
  assert.equal(settings.epochs, 3);
  assert.equal(settings.batchSize, 16);
  assert.equal(settings.packing, "auto");
  assert.deepEqual(settings.classWeights, { good: 2, bad: 0 });
  assert.equal("patience" in settings, false);
});
