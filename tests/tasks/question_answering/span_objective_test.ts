import assert from "node:assert/strict";
import {
  type HostTensor,
  openDevice,
  type Program,
  tf,
  valueAndGradients,
} from "../../../lib/engine/mod.ts";
import {
  spanObjective,
  type SpanTarget,
} from "../../../lib/tasks/question_answering/span_objective.ts";
import { isMistake } from "../../is_mistake.ts";

const targets: SpanTarget[] = [
  { length: 5, first: 2, last: 3 },
  { length: 3, first: 0, last: 0 },
  { length: 4, first: 1, last: 1 },
];
// deno-fmt-ignore -- one row for each sequence, start and end of each token
const logits = [
  [3.625, 1, -3.375, -3.375, 4, -0.5, -0.25, -2.875, 0.75, 0],
  [-2.75, -1.5, 2, -0.875, -1.125, 1.5, -0.5, -1.5, 3.375, -0.375],
  [3.875, 0.625, 0.5, -0.125, -0.25, 1.75, 1.125, -3.25, -3.625, -0.375],
];

/**
 * Per sequence, PyTorch 2.13's `cross_entropy` of float64 over the sequence's own tokens; the first is
 * the loss of transformers 5.18's `BertForQuestionAnswering` too.
 */
const losses = {
  plain: [2.4572712564419725, 3.967367622631607, 2.8767391022064377],
  smoothed: [2.5235212564419727, 3.80070095596494, 2.8423641022064374],
};
const tolerance = 1e-6; // of float32 numbers near 4

/** The loss and its gradient by the logits. */
async function compiled(objective: ReturnType<typeof spanObjective>, device: string) {
  const program: Program = {
    name: "loss",
    inputs: {
      logits: { role: "feed", type: "float32", shape: ["batch", "sequence", 2] },
      ...objective.feeds,
    },
    compute: (inputs) => {
      const { value, gradients } = valueAndGradients(
        () => objective.loss(tf.reshape(inputs.logits, [-1, 2]), inputs),
        { logits: inputs.logits },
      );
      return { loss: value, gradient: gradients.logits };
    },
  };
  return await (await openDevice(device)).compile(program, { frozen: () => new Float32Array() });
}

/** The logits of some sequences, padded as their batch is. */
function batchOf(sequences: number[], values = logits): HostTensor {
  const longest = Math.max(...sequences.map((each) => targets[each].length));
  const data = sequences.flatMap((each) => values[each].slice(0, 2 * longest));
  return { shape: [sequences.length, longest, 2], data: Float32Array.from(data) };
}

for (const [name, labelSmoothing] of [["plain", 0], ["smoothed", 0.1]] as const) {
  Deno.test(`the loss is PyTorch's over each sequence's own tokens: ${name}`, async () => {
    const objective = spanObjective({ targets, labelSmoothing });
    const wanted = losses[name].reduce((sum, each) => sum + each) / 3;
    for (const device of ["cpu", "tfjs:cpu"]) {
      const step = await compiled(objective, device);
      for (const parts of [[[0, 1, 2]], [[2], [1, 0]]]) {
        let found = 0;
        for (const sequences of parts) {
          const { loss } = await step.run({
            logits: batchOf(sequences),
            ...objective.targetsOf(sequences, objective.weightOf(parts.flat())),
          });
          found += Number(loss.data[0]);
        }
        assert.ok(Math.abs(found - wanted) < tolerance, `${device}: ${found}, not ${wanted}`);
      }
      await step.dispose();
    }
  });
}

Deno.test("the gradients are those of finite differences, and none on padding", async () => {
  const objective = spanObjective({ targets, labelSmoothing: 0.1 });
  const step = await compiled(objective, "cpu");
  const feeds = objective.targetsOf([0, 1, 2], 3);
  const run = (values: number[][]) => step.run({ logits: batchOf([0, 1, 2], values), ...feeds });
  const { gradient } = await run(logits);
  for (const [row, values] of logits.entries()) {
    for (const at of values.keys()) {
      const found = Number(gradient.data[row * 10 + at]);
      if (at >= 2 * targets[row].length) {
        assert.equal(found, 0);
        continue;
      }
      const distance = 2 ** -5;
      const lossAt = async (by: number) => {
        const moved = logits.map((each) => each.slice());
        moved[row][at] += by;
        return Number((await run(moved)).loss.data[0]);
      };
      const slope = (await lossAt(distance) - await lossAt(-distance)) / (2 * distance);
      // The stencil is off by its distance squared, a float32 loss near 3 by 2e-7 / distance.
      assert.ok(Math.abs(found - slope) < 1e-4, `[${row}, ${at}]: ${found}, differences ${slope}`);
    }
  }
  await step.dispose();
});

Deno.test("sequences that share a row have the loss and the gradients of padded ones", async () => {
  const objective = spanObjective({ targets, labelSmoothing: 0.1 });
  // Row 0 has sequences 1 and 0, row 1 has sequence 2 after two tokens of nobody.
  const layout = { rows: 2, length: 8, starts: Int32Array.of(3, 0, 10) };
  const data = new Float32Array(2 * 8 * 2).fill(5);
  layout.starts.forEach((start, i) =>
    data.set(logits[i].slice(0, 2 * targets[i].length), 2 * start)
  );
  const step = await compiled(objective, "cpu");
  const padded = await step.run({
    logits: batchOf([0, 1, 2]),
    ...objective.targetsOf([0, 1, 2], 3),
  });
  const packed = await step.run({
    logits: { shape: [2, 8, 2], data },
    ...objective.targetsOf([0, 1, 2], 3, { layout }),
  });
  await step.dispose();
  assert.equal(packed.loss.data[0], padded.loss.data[0]);
  const wanted = new Float32Array(data.length);
  layout.starts.forEach((start, i) => {
    const from = 10 * i;
    const own = padded.gradient.data.slice(from, from + 2 * targets[i].length);
    wanted.set(own as Float32Array, 2 * start);
  });
  assert.deepEqual([...packed.gradient.data], [...wanted]);
});

Deno.test("the exported logits come back as evaluation has them", async () => {
  const objective = spanObjective({ targets });
  const program: Program = {
    name: "exported",
    inputs: { logits: { role: "feed", type: "float32", shape: ["batch", "sequence", 2] } },
    compute: ({ logits }) => objective.exported!(logits, undefined as never),
  };
  const step = await (await openDevice("cpu")).compile(program, {
    frozen: () => new Float32Array(),
  });
  const results = await step.run({ logits: batchOf([0, 1, 2]) });
  await step.dispose();
  assert.deepEqual(Object.keys(results).sort(), ["end_logits", "start_logits"]);
  assert.deepEqual(results.start_logits.shape, [3, 5]);
  assert.deepEqual([...results.start_logits.data].slice(0, 5), [3.625, -3.375, 4, -0.25, 0.75]);
  const lengths = targets.map(({ length }) => length);
  const read = objective.readExported!(results, lengths);
  read.forEach((each, row) => assert.deepEqual([...each], logits[row].slice(0, 2 * lengths[row])));
});

Deno.test("a label smoothing out of its range is refused", () => {
  assert.throws(
    () => spanObjective({ targets, labelSmoothing: 1 }),
    isMistake("input", "labelSmoothing is 1"),
  );
});
