import assert from "node:assert/strict";
import { adalora } from "../../lib/adapters/adalora.ts";
import { bitfit } from "../../lib/adapters/bitfit.ts";
import { full } from "../../lib/adapters/full.ts";
import { ia3 } from "../../lib/adapters/ia3.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { prefixTuning } from "../../lib/adapters/prefix_tuning.ts";
import { promptTuning } from "../../lib/adapters/prompt_tuning.ts";
import { vera } from "../../lib/adapters/vera.ts";
import { Random } from "../../lib/core/random.ts";
import { openDevice, type QuantizationFormat, tf } from "../../lib/engine/mod.ts";
import { trace } from "../../lib/engine/trace.ts";
import { eightBitLinears, eightBitNames, eightBitText } from "../../lib/nn/eight_bit_linears.ts";
import type { Method } from "../../lib/nn/method.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { type GradientOptions, gradientProgram } from "../../lib/train/gradient_program.ts";
import { initialParameters } from "../../lib/train/initial_state.ts";
import { gradientSource } from "../../lib/train/occurring_words.ts";
import { quantizeWeight } from "../../lib/weights/quantize_weight.ts";
import { classifying, cosine, count, wideModel } from "./eight_bit_toys.ts";
import { gradientRun } from "./run_trainable_model.ts";
import { toyRows } from "./toy.ts";

/** Toys are narrow. */
const all = { leastFeatures: 1 };
const inInt8 = { compute: "int8", eightBit: all } as const;

/** The model with its linear layers held in fewer bits. */
function held(model: Model, format: QuantizationFormat): Model {
  const quantized = new Map(
    model.layers.flatMap((layer) => {
      if (layer.kind !== "linear" || model.head.includes(layer.path)) return [];
      const path = `${layer.path}.weight`;
      const size = [layer.outFeatures, layer.inFeatures];
      return [[path, quantizeWeight(format, size, () => model.weights.get(path)!)] as const];
    }),
  );
  return { ...model, quantized };
}

/** Away from zero, where half of LoRA has no gradient. */
function startOf(trainable: TrainableModel): Map<string, Float32Array> {
  const random = Random.fromSeed(1, "start");
  return new Map(
    [...initialParameters(trainable, 1)].map(([path, numbers]) => [
      path,
      numbers.map((each) => each + 0.1 * random.normal()),
    ]),
  );
}

async function gradientsOf(
  trainable: TrainableModel,
  options: GradientOptions,
  device = "cpu",
): Promise<Map<string, Float32Array>> {
  const types = trainable.model.family.usesTypes;
  const batch = toyRows(count, { types }).feedsOf([...Array(count).keys()]);
  const run = await gradientRun(trainable, await openDevice(device), batch, options);
  try {
    return await run.gradientsAt(startOf(trainable));
  } finally {
    await run.dispose();
  }
}

const methods: Record<string, Method> = {
  lora: lora({ rank: 2 }),
  dora: lora({ rank: 2, dora: true }),
  pissa: lora({ rank: 2, start: "pissa" }),
  adalora: adalora({ initialRank: 3, targetRank: 2 }),
  vera: vera({ rank: 4 }),
  ia3: ia3(),
  bitfit: bitfit(),
  prompt: promptTuning({ tokens: 2 }),
  prefix: prefixTuning({ tokens: 2 }),
};

for (const [name, method] of Object.entries(methods)) {
  Deno.test(`gradients in eight bits point where float32's do, and eager ones too: ${name}`, async () => {
    const trainable = classifying(wideModel(), method);
    const exact = await gradientsOf(trainable, {});
    const rounded = await gradientsOf(trainable, { ...inInt8, tokens: count });
    const found = cosine(exact, rounded);
    assert.ok(found > 0.98 && found < 1 - 1e-9, `${name}: ${found}`);
    const eager = cosine(rounded, await gradientsOf(trainable, { ...inInt8 }, "tfjs:cpu"));
    // A number between two codes may go to either, so that single gradients can differ.
    assert.ok(eager > 0.9999, `${name}, eager: ${eager}`);
  });
}

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`trained layers in eight bits: gradients of all weights, ${device}`, async () => {
    const trainable = classifying(wideModel(), full());
    const exact = await gradientsOf(trainable, {}, device);
    const found = cosine(exact, await gradientsOf(trainable, inInt8, device));
    assert.ok(found > 0.98 && found < 1 - 1e-9, String(found));
    assert.ok([...exact.keys()].includes("encoder.layer.0.intermediate.dense.weight"));
  });
}

for (const modelType of ["distilbert", "gpt2", "llama", "gemma2"]) {
  Deno.test(`gradients of ${modelType} in eight bits point where float32's do`, async () => {
    const trainable = classifying(wideModel(modelType), lora({ rank: 2 }));
    const found = cosine(
      await gradientsOf(trainable, {}),
      await gradientsOf(trainable, { ...inInt8 }),
    );
    assert.ok(found > 0.98 && found < 1 - 1e-9, String(found));
  });
}

Deno.test("layers that are computed twice give the same gradients in eight bits", async () => {
  const trainable = classifying(wideModel(), lora({ rank: 2 }));
  const [once, twice] = [
    await gradientsOf(trainable, { ...inInt8 }),
    await gradientsOf(trainable, { ...inInt8, gradientCheckpointing: true }),
  ];
  assert.ok(cosine(once, twice) > 1 - 1e-9);
});

Deno.test("trained layers that are computed twice give the same gradients in eight bits", async () => {
  const trainable = classifying(wideModel(), full());
  const [once, twice] = [
    await gradientsOf(trainable, { ...inInt8 }),
    await gradientsOf(trainable, { ...inInt8, gradientCheckpointing: true }),
  ];
  assert.ok(cosine(once, twice) > 1 - 1e-9);
});

Deno.test("a base in int8 is one set of codes in the program, and its gradients are right", async () => {
  const trainable = classifying(held(wideModel(), "int8"), lora({ rank: 2 }));
  const [exact, rounded] = [
    await gradientsOf(trainable, {}),
    await gradientsOf(trainable, { ...inInt8 }),
  ];
  const found = cosine(exact, rounded);
  assert.ok(found > 0.98, String(found));
  const path = "encoder.layer.0.attention.self.query.weight";
  const names = constantsOf(trainable);
  assert.ok(names.includes(eightBitNames(path, "rows").codes), names.join(", "));
  assert.ok(names.every((name) => !name.startsWith(path) || name.includes(".int8.rows.")));
});

/** The frozen weights that a program in eight bits reads. */
function constantsOf(trainable: TrainableModel): string[] {
  const program = gradientProgram(trainable, { ...inInt8 });
  const graph = trace(program, gradientSource(trainable), { integers: "exact" });
  return [...graph.constants.keys()].map(({ name }) => name).filter((name) => name.includes("."));
}

Deno.test("a program in eight bits has no float32 copy of a matrix that nobody reads", () => {
  const weight = (path: string) => `encoder.layer.1.${path}.weight`;
  const plain = constantsOf(classifying(wideModel(), lora({ rank: 2, targets: ["query"] })));
  const large = ["attention.self.query", "attention.self.key", "intermediate.dense"].map(weight);
  for (const path of large) {
    assert.ok(!plain.includes(path), path);
    assert.ok(plain.includes(eightBitNames(path, "forward").codes), path);
  }
  // DoRA takes the norms of the matrices that it adapts.
  const dora = lora({ rank: 2, dora: true, targets: ["query"] });
  const withNorms = constantsOf(classifying(wideModel(), dora));
  assert.ok(withNorms.includes(large[0]) && !withNorms.includes(large[1]));
});

Deno.test("a matrix that a method replaces is multiplied as the method says", async () => {
  const { model, objective } = classifying(wideModel(), lora({ rank: 2 }));
  const path = "encoder.layer.0.intermediate.dense";
  const doubling = {
    ...attachTo(model, bitfit()),
    weight: (at: string, weight: tf.Tensor) => at === path ? tf.mul(weight, 2) : undefined,
  };
  const trainable = { model, objective, adapter: doubling };
  assert.ok(constantsOf(trainable).includes(`${path}.weight`));
  const [exact, rounded] = [
    await gradientsOf(trainable, {}),
    await gradientsOf(trainable, { ...inInt8 }),
  ];
  assert.ok(cosine(exact, rounded) > 0.98);
});

Deno.test("what stays in float32 is listed with the reason", () => {
  const { chosen, left } = eightBitLinears(classifying(wideModel(), lora({ rank: 2 })), all);
  assert.deepEqual(left, [{ path: "classifier", reason: "it is trained" }]);
  assert.equal(
    eightBitText({ chosen, left }),
    "13 of 14 linear layers in int8; left: classifier (it is trained)",
  );
  const trained = eightBitLinears(classifying(wideModel(), full()), all);
  assert.equal(
    eightBitText(trained),
    "13 of 14 linear layers in int8; left: classifier (it is trained)",
  );
  // They are rounded in every step, so that no codes are made before.
  assert.ok([...trained.chosen.values()].every((uses) => uses.length === 0));
  const frozenOnly = { leastFeatures: 1, trained: false };
  assert.equal(
    eightBitText(eightBitLinears(classifying(wideModel(), full()), frozenOnly)),
    "0 of 14 linear layers in int8; left: 14 (it is trained)",
  );
  const nf4 = eightBitLinears(classifying(held(wideModel(), "nf4"), lora({ rank: 2 })), all);
  const narrow = eightBitText(eightBitLinears(classifying(wideModel(), lora({ rank: 2 }))));
  assert.match(narrow, /13 \(32 features are too few\)/);
  assert.match(eightBitText(nf4), /^0 of 14 .* 13 \(it is held in nf4\), classifier/);
});
