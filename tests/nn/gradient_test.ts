import assert from "node:assert/strict";
import { full } from "../../lib/adapters/full.ts";
import { head } from "../../lib/adapters/head.ts";
import { lora } from "../../lib/adapters/lora.ts";
import { attachTo, modelWeights, textConfig } from "../../lib/nn/model.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import {
  classificationObjective,
  type ClassificationObjectiveOptions,
} from "../../lib/tasks/shared/classification_objective.ts";
import { oneHot } from "../models/golden.ts";
import { decoders } from "./decoders.ts";
import { checkGradients } from "./check_gradients.ts";
import { toyLanguageModel, toyModel, toyRows } from "./toy.ts";

const outputs = 3;
const single: ClassificationObjectiveOptions = {
  kind: "single",
  outputs,
  targets: oneHot([0, 2, 1, 0, 2], outputs),
};
const losses: Record<string, ClassificationObjectiveOptions> = {
  "a single label": single,
  "a smoothed label with class weights": {
    ...single,
    labelSmoothing: 0.2,
    classWeights: [0.5, 2, 1],
  },
  "a focal label": { ...single, focalGamma: 2, labelSmoothing: 0.1, classWeights: [0.5, 2, 1] },
  "several focal labels": {
    kind: "multi",
    outputs,
    targets: Float32Array.of(1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1),
    focalGamma: 1.5,
  },
  "several labels": {
    kind: "multi",
    outputs,
    targets: Float32Array.of(1, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1, 0, 0, 0, 1),
  },
  "numbers": {
    kind: "regression",
    outputs,
    targets: Float32Array.from({ length: 15 }, (_, i) => Math.sin(i)),
  },
};

for (const modelType of ["bert", "roberta", "distilbert", ...decoders]) {
  Deno.test(`every weight of ${modelType} has the right gradient`, async () => {
    const model = toyModel({ modelType, layers: 2, seed: 3 });
    const trainable = {
      model,
      adapter: attachTo(model, full()),
      objective: classificationObjective(single),
    };
    const checked = await checkGradients(trainable);
    assert.deepEqual(checked.sort(), modelWeights(model).map(({ path }) => path).sort());
  });
}

for (const modelType of decoders) {
  Deno.test(`every weight of ${modelType} has the right gradient for next tokens`, async () => {
    const model = toyLanguageModel({ modelType, layers: 2, seed: 3 });
    const texts = Array.from(toyRows(5).lengths, (length, row) => ({
      ids: toyRows(5).feedsOf([row]).input_ids.data.slice(0, length),
    }));
    const objective = nextTokenObjective({ texts, vocabSize: textConfig(model).vocabSize });
    await checkGradients({ model, adapter: attachTo(model, full()), objective });
  });
}

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`the rows of the word table that occur have the right gradient on ${device}`, async () => {
    const model = toyModel({ vocabulary: 100 });
    const trainable = {
      model,
      adapter: attachTo(model, full()),
      objective: classificationObjective(single),
    };
    const checked = await checkGradients(trainable, {
      device,
      only: (path) => path.startsWith("embeddings."),
      onlyWords: true,
    });
    assert.ok(checked.includes("embeddings.word_embeddings.weight"));
  });
}

Deno.test("every weight of bert has the right gradient on tfjs:cpu", async () => {
  const model = toyModel();
  const trainable = {
    model,
    adapter: attachTo(model, full()),
    objective: classificationObjective(single),
  };
  await checkGradients(trainable, { device: "tfjs:cpu" });
});

Deno.test("gradients with dropout at a fixed noise are right", async () => {
  const model = toyModel({ dropout: 0.3 });
  const trainable = {
    model,
    adapter: attachTo(model, full()),
    objective: classificationObjective(single),
  };
  await checkGradients(trainable);
});

for (const [name, options] of Object.entries(losses)) {
  Deno.test(`the loss for ${name} has the right gradient`, async () => {
    const model = toyModel();
    const trainable = {
      model,
      adapter: attachTo(model, head()),
      objective: classificationObjective(options),
    };
    for (const device of ["cpu", "tfjs:cpu"]) {
      await checkGradients(trainable, { device });
    }
  });
}

const variants = {
  "plain": lora({ rank: 2 }),
  "rank-stabilised": lora({ rank: 3, alpha: 4, rankStabilised: true }),
  "with ranks and alphas of layers": lora({
    rank: 2,
    targets: "all-linear",
    ranks: { value: 3, "layer.0.output.dense": 1 },
    alphas: { query: 5 },
  }),
  "with dropout": lora({ rank: 2, dropout: 0.4, targets: ["query", "dense"] }),
};

for (const [name, method] of Object.entries(variants)) {
  Deno.test(`LoRA, ${name}, has the right gradient`, async () => {
    const model = toyModel();
    const adapter = attachTo(model, method);
    const trainable = { model, adapter, objective: classificationObjective(single) };
    for (const device of ["cpu", "tfjs:cpu"]) {
      const checked = await checkGradients(trainable, { device });
      for (const part of ["lora_A", "lora_B"]) {
        assert.ok(checked.some((path) => path.endsWith(part)), `${part} was not checked`);
      }
    }
  });
}
