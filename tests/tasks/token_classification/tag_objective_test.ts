import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import {
  type HostTensor,
  openDevice,
  type Program,
  tf,
  valueAndGradients,
} from "../../../lib/engine/mod.ts";
import type { BatchLayout } from "../../../lib/text/batch_layout.ts";
import {
  tagObjective,
  type TagObjectiveOptions,
} from "../../../lib/tasks/token_classification/tag_objective.ts";
import { isMistake } from "../../is_mistake.ts";

const outputs = 3;
const sequences = [
  { length: 5, targets: [{ tokens: [1], label: 2 }, { tokens: [3], label: 0 }] },
  { length: 3, targets: [{ tokens: [1], label: 1 }] },
];
const averaged = [
  { length: 5, targets: [{ tokens: [1, 2, 3], label: 2 }, { tokens: [3], label: 0 }] },
  { length: 3, targets: [{ tokens: [1], label: 1 }] },
];
const packed: BatchLayout = { rows: 1, length: 9, starts: Int32Array.of(3, 0) };

Deno.test("targets lie where the tokens are, padded and packed", () => {
  const objective = tagObjective({ sequences, outputs, averaged: false });
  assert.equal(objective.weightOf([0, 1]), 3);
  const { tag_labels, tag_weights, normaliser } = objective.targetsOf([1, 0], 3);
  assert.deepEqual(tag_labels.shape, [2, 5]);
  assert.deepEqual([...tag_labels.data], [0, 1, 0, 0, 0, 0, 2, 0, 0, 0]);
  assert.deepEqual([...tag_weights.data], [0, 1, 0, 0, 0, 0, 1, 0, 1, 0]);
  assert.deepEqual([...normaliser.data], [3]);
  const inOne = objective.targetsOf([0, 1], 3, { layout: packed });
  assert.deepEqual([...inOne.tag_labels.data], [0, 1, 0, 0, 2, 0, 0, 0, 0]);
  assert.deepEqual([...inOne.tag_weights.data], [0, 1, 0, 0, 1, 0, 1, 0, 0]);
});

Deno.test("averaged targets name the tokens of each word", () => {
  const objective = tagObjective({ sequences: averaged, outputs, averaged: true });
  const feeds = objective.targetsOf([0, 1], 3, { layout: packed });
  assert.deepEqual([...feeds.tag_labels.data], [2, 0, 1]);
  assert.deepEqual(feeds.tag_tokens.shape, [3, 3]);
  assert.deepEqual([...feeds.tag_tokens.data], [4, 5, 6, 6, 0, 0, 1, 0, 0]);
  const third = Math.fround(1 / 3);
  assert.deepEqual([...feeds.tag_shares.data], [third, third, third, 1, 0, 0, 1, 0, 0]);
  const none = tagObjective({ sequences: [{ length: 2, targets: [] }], outputs, averaged: true });
  assert.deepEqual([...none.targetsOf([0], 1).tag_weights.data], [0]);
});

/** The loss and its gradients by the logits, as the compiler runs them. */
async function run(options: TagObjectiveOptions, layout: BatchLayout | undefined, device: string) {
  const objective = tagObjective(options);
  const chosen = [0, 1];
  const feeds = objective.targetsOf(chosen, objective.weightOf(chosen), { layout });
  const shape = layout ? [layout.rows, layout.length] : [2, 5];
  const tokens = shape[0] * shape[1];
  const random = Random.fromSeed(1, "logits");
  const data = Float32Array.from({ length: tokens * outputs }, () => 2 * random.normal());
  const program: Program = {
    name: "loss",
    inputs: {
      logits: { role: "feed", type: "float32", shape: ["batch", "sequence", outputs] },
      ...objective.feeds,
    },
    compute({ logits, ...rest }) {
      const { value, gradients } = valueAndGradients(
        () => objective.loss(tf.reshape(logits, [-1, outputs]), rest),
        {
          logits,
        },
      );
      return { loss: value, gradients: gradients.logits };
    },
  };
  const step = await (await openDevice(device)).compile(program, {
    frozen: () => new Float32Array(),
  });
  const at = async (numbers: Float32Array) => {
    const logits: HostTensor = { shape: [...shape, outputs], data: numbers };
    const results = await step.run({ logits, ...feeds });
    return {
      loss: Number(results.loss.data[0]),
      gradients: Float64Array.from(results.gradients.data, Number),
    };
  };
  try {
    return { ...await at(data), wanted: reference(options, layout, data) };
  } finally {
    await step.dispose();
  }
}

/** The same in float64, with its gradients from differences. */
function reference(
  { sequences, averaged: _, labelSmoothing = 0, classWeights = [1, 1, 1], focalGamma = 0 }:
    TagObjectiveOptions,
  layout: BatchLayout | undefined,
  numbers: Float32Array,
) {
  const starts = layout?.starts ?? Int32Array.of(0, 5);
  const lossOf = (logits: Float64Array) => {
    let [sum, weight] = [0, 0];
    sequences.forEach(({ targets }, at) => {
      for (const { tokens, label } of targets) {
        const mean = Array.from(
          { length: outputs },
          (_, k) =>
            tokens.reduce((total, own) => total + logits[(starts[at] + own) * outputs + k], 0) /
            tokens.length,
        );
        const all = Math.log(mean.reduce((total, z) => total + Math.exp(z), 0));
        mean.forEach((z, k) => {
          const share = (k === label ? 1 - labelSmoothing : 0) + labelSmoothing / outputs;
          const p = Math.exp(z - all);
          sum -= share * classWeights[k] * (1 - p) ** focalGamma * (z - all);
        });
        weight += classWeights[label];
      }
    });
    return sum / weight;
  };
  const logits = Float64Array.from(numbers);
  const step = 1e-5;
  const gradients = logits.map((value, i) => {
    const moved = (by: number) => lossOf(logits.with(i, value + by));
    return (moved(step) - moved(-step)) / (2 * step);
  });
  return { loss: lossOf(logits), gradients };
}

const settings = {
  plain: {},
  smoothed: { labelSmoothing: 0.1, classWeights: [0.5, 2, 1] },
  focal: { focalGamma: 2 },
};
for (const [name, loss] of Object.entries(settings)) {
  Deno.test(`loss and gradients are those of float64: ${name}`, async () => {
    for (const device of ["cpu", "tfjs:cpu"]) {
      for (const layout of [undefined, packed]) {
        for (
          const own of [{ sequences, averaged: false }, { sequences: averaged, averaged: true }]
        ) {
          const { loss: found, gradients, wanted } = await run(
            { ...own, outputs, ...loss },
            layout,
            device,
          );
          // A few roundings of float32; differences add 1e-10.
          assert.ok(
            Math.abs(found - wanted.loss) < 2e-6,
            `${device}: ${found}, not ${wanted.loss}`,
          );
          gradients.forEach((each, i) =>
            assert.ok(Math.abs(each - wanted.gradients[i]) < 2e-6, device)
          );
        }
      }
    }
  });
}

Deno.test("settings that make no sense are refused", () => {
  assert.throws(
    () =>
      tagObjective({ sequences, outputs, averaged: false, labelSmoothing: 2, classWeights: [1] }),
    isMistake("input", "labelSmoothing", "classWeights"),
  );
});
