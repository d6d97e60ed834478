import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { packRows } from "../../lib/data/pack.ts";
import { openDevice, tf } from "../../lib/engine/mod.ts";
import { trace } from "../../lib/engine/trace.ts";
import { families } from "../../lib/models/mod.ts";
import type { AttachedMethod } from "../../lib/nn/method.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import { poolTokens } from "../../lib/tasks/sentence_embeddings/pool.ts";
import { spanObjective } from "../../lib/tasks/question_answering/span_objective.ts";
import { tagObjective } from "../../lib/tasks/token_classification/tag_objective.ts";
import { type PoolingName, poolingNames } from "../../lib/text/sentence_settings.ts";
import type { BatchLayout } from "../../lib/text/batch_layout.ts";
import { gradientProgram } from "../../lib/train/gradient_program.ts";
import { prefix } from "../adapters/toy_adapters.ts";
import { oneHot } from "../models/golden.ts";
import { decoders } from "./decoders.ts";
import { packedSteps, type StepOutcome, stepOver, toyExamples } from "./packed_run.ts";
import { lengthFields, toyLanguageModel, toyModel, toyVocabulary } from "./toy.ts";

const tolerance = 1e-5;
const lengths = [4, 7, 1, 5, 3, 2, 6];
const examples = toyExamples(lengths);

type Attach = (model: Model) => AttachedMethod;
const onAll: Attach = (model) => attachTo(model, full());
const lowRank: Attach = (model) => attachTo(model, lora({ rank: 2 }));

function traineeOf(modelType: string, attach: Attach): TrainableModel {
  const model = toyModel({ modelType, layers: 3 });
  const targets = oneHot([0, 2, 1, 0, 2, 1, 1], 3);
  const objective = classificationObjective({ kind: "single", outputs: 3, targets });
  return { model, adapter: attach(model), objective };
}

function assertSame(packed: StepOutcome, padded: StepOutcome): void {
  assert.ok(Math.abs(packed.loss - padded.loss) < tolerance, `${packed.loss}, ${padded.loss}`);
  for (const [path, wanted] of padded.gradients) {
    assert.ok(wanted.some((value) => value !== 0) || /key\.bias|k_lin\.bias/.test(path), path);
    packed.gradients.get(path)!.forEach((value, i) => {
      assert.ok(
        Math.abs(value - wanted[i]) <= tolerance,
        `${path}[${i}]: ${value} packed, ${wanted[i]} padded`,
      );
    });
  }
}

const layouts: Record<string, BatchLayout> = {
  "in rows of the longest": packRows(lengths, 7),
  "in rows with padding": packRows(lengths, 10),
  "in one row": packRows(lengths, 100),
  "one a row": packRows(lengths, 0),
};

const classifying = families.filter(({ decoder, heads, input }) =>
  !decoder && heads.classification && input === "text"
);
for (const { modelType } of classifying) {
  Deno.test(`packed examples train all weights of ${modelType} as padded ones do`, async () => {
    const trainable = traineeOf(modelType, onAll);
    const device = await openDevice("cpu");
    const padded = await stepOver(trainable, device, examples);
    for (const packed of await packedSteps(trainable, device, examples, Object.values(layouts))) {
      assertSame(packed, padded);
    }
  });
}

for (const [name, options] of Object.entries(lengthFields)) {
  Deno.test(`packed examples of ${name} positions train as padded ones do`, async () => {
    const targets = oneHot([0, 2, 1, 0, 2, 1, 1], 3);
    const objective = classificationObjective({ kind: "single", outputs: 3, targets });
    const device = await openDevice("cpu");
    for (const attach of [onAll, prefix]) {
      const model = toyModel({ modelType: "llama", layers: 2, ...options });
      const trainable = { model, adapter: attach(model), objective };
      const padded = await stepOver(trainable, device, examples);
      for (const packed of await packedSteps(trainable, device, examples, Object.values(layouts))) {
        assertSame(packed, padded);
      }
    }
  });
}

const methods: Record<string, Attach> = { "LoRA": lowRank, "a prefix": prefix };
for (const [name, attach] of Object.entries(methods)) {
  for (const modelType of ["bert", ...decoders]) {
    Deno.test(`packed examples train ${name} of ${modelType} as padded ones do`, async () => {
      const trainable = traineeOf(modelType, attach);
      const device = await openDevice("cpu");
      const padded = await stepOver(trainable, device, examples);
      const packed = await stepOver(trainable, device, examples, layouts["in rows with padding"]);
      assertSame(packed, padded);
    });
  }
}

for (const modelType of decoders) {
  for (const deviceName of ["cpu", "tfjs:cpu"]) {
    Deno.test(`packed texts train ${modelType} to predict tokens as padded ones do, on ${deviceName}`, async () => {
      const model = toyLanguageModel({ modelType, layers: 2 });
      const objective = nextTokenObjective({ texts: examples, vocabSize: toyVocabulary });
      const trainable = { model, adapter: onAll(model), objective };
      const device = await openDevice(deviceName);
      const padded = await stepOver(trainable, device, examples);
      for (const packed of await packedSteps(trainable, device, examples, Object.values(layouts))) {
        assertSame(packed, padded);
      }
    });
  }
}

const tagged = lengths.map((length, at) => ({
  length,
  // The first token and the last are special; of two words one has two tokens.
  targets: length < 5 ? [{ tokens: [length - 1], label: at % 3 }] : [
    { tokens: [1], label: at % 3 },
    { tokens: [2, 3], label: (at + 1) % 3 },
  ],
}));
const firstTokens = tagged.map(({ length, targets }) => ({
  length,
  targets: targets.map(({ tokens: [first], label }) => ({ tokens: [first], label })),
}));
const tagLosses: Record<string, Objective> = {
  "first tokens": tagObjective({ sequences: firstTokens, outputs: 3, averaged: false }),
  "weighed first tokens": tagObjective({
    sequences: firstTokens,
    outputs: 3,
    averaged: false,
    classWeights: [0.5, 2, 1],
    labelSmoothing: 0.1,
  }),
  "means of words": tagObjective({ sequences: tagged, outputs: 3, averaged: true }),
};

const spans = spanObjective({
  targets: lengths.map((length) => ({ length, first: length >> 1, last: length - 1 })),
});

Deno.test("packed examples train answers as padded ones do", async () => {
  const model = toyModel({ layers: 2, head: "span", outputs: 2 });
  const trainable = { model, adapter: onAll(model), objective: spans };
  const device = await openDevice("cpu");
  const padded = await stepOver(trainable, device, examples);
  for (const packed of await packedSteps(trainable, device, examples, Object.values(layouts))) {
    assertSame(packed, padded);
  }
});

for (const { modelType } of families.filter(({ heads }) => heads.tokens)) {
  Deno.test(`packed examples train tags with ${modelType} as padded ones do`, async () => {
    const model = toyModel({ modelType, layers: 2, head: "tokens" });
    const device = await openDevice("cpu");
    for (const objective of Object.values(tagLosses)) {
      const trainable = { model, adapter: onAll(model), objective };
      const padded = await stepOver(trainable, device, examples);
      const packed = await stepOver(trainable, device, examples, layouts["in rows with padding"]);
      assertSame(packed, padded);
    }
  });
}

for (const modelType of ["bert", ...decoders]) {
  Deno.test(`packed texts train embeddings with ${modelType} as padded ones do`, async () => {
    const model = toyModel({ modelType, layers: 2, head: "embedding" });
    const device = await openDevice("cpu");
    // A decoder's first token sees itself alone, so that queries have no gradient.
    for (const pooling of poolingNames.filter((each) => modelType === "bert" || each !== "cls")) {
      const trainable = { model, adapter: onAll(model), objective: embeddingsOf(model, pooling) };
      const padded = await stepOver(trainable, device, examples);
      const packed = await stepOver(trainable, device, examples, layouts["in rows with padding"]);
      assertSame(packed, padded);
    }
  });
}

/** A loss that reads every number of every text's vector. */
function embeddingsOf({ config, headRequest }: Model, pooling: PoolingName): Objective {
  const weights = Array.from({ length: config.hiddenSize }, (_, at) => Math.sin(at + 1));
  return {
    name: "weighted embeddings",
    head: headRequest,
    outputs: config.hiddenSize,
    per: "sequence",
    feeds: { text_weights: { role: "feed", type: "float32", shape: ["batch", 1] } },
    pool: (tokens, batch) => poolTokens(tokens, batch, { pooling, normalize: true }),
    loss: (vectors, { text_weights }) =>
      tf.sum(tf.mul(tf.mul(vectors, text_weights), tf.tensor2d([weights]))),
    weightOf: (chosen) => chosen.length,
    targetsOf: (chosen) => ({
      text_weights: {
        shape: [chosen.length, 1],
        data: Float32Array.from(chosen, (text) => Math.cos(text)),
      },
    }),
  };
}

Deno.test("packed examples train as padded ones do on tfjs:cpu", async () => {
  const trainable = traineeOf("bert", onAll);
  const device = await openDevice("tfjs:cpu");
  const padded = await stepOver(trainable, device, examples);
  for (const packed of await packedSteps(trainable, device, examples, Object.values(layouts))) {
    assertSame(packed, padded);
  }
});

Deno.test("a compiled step makes the mask of packed rows once, and one more for the last layer", () => {
  const trainable = traineeOf("bert", lowRank);
  const graph = trace(
    gradientProgram(trainable, { packed: true }),
    (path) => trainable.model.weights.get(path)!,
  );
  assert.equal(graph.nodes.filter(({ op }) => op === "Equal").length, 2);
});

Deno.test("a compiled step of a decoder compares places once, and once more for the last layer", () => {
  for (const modelType of decoders) {
    for (const packed of [false, true]) {
      const trainable = traineeOf(modelType, lowRank);
      const graph = trace(
        gradientProgram(trainable, { packed }),
        (path) => trainable.model.weights.get(path)!,
      );
      assert.equal(graph.nodes.filter(({ op }) => op === "Greater").length, 2);
    }
  }
});
