/** What stands beside products of bytes costs little: ends of columns by groups of rows, factors in scales. */
import assert from "node:assert/strict";
import { Random } from "../../../lib/core/random.ts";
import { openDevice } from "../../../lib/engine/devices/open_device.ts";
import { eightBitCodes, eightBitInputs } from "../../../lib/engine/eight_bit_weight.ts";
import { eightBitMatMul } from "../../../lib/engine/ops/eight_bit_mat_mul.ts";
import type { Program } from "../../../lib/engine/program.ts";
import { tf } from "../../../lib/engine/tf.ts";
import { trace } from "../../../lib/engine/trace.ts";
import { assertClose } from "../parity.ts";

const [outFeatures, inFeatures] = [24, 40];
const factor = 0.7;

function normal(size: number, seed: string): Float32Array {
  const random = Random.fromSeed(1, seed);
  return Float32Array.from({ length: size }, () => random.normal());
}

/** x [batch, sequence, inFeatures] times a number, times a matrix, and dx times a number. */
function program(before: number, after: number): Program {
  const inputs: Record<string, Program["inputs"][string]> = {
    x: { role: "feed", type: "float32", shape: ["batch", "sequence", inFeatures] },
    dy: { role: "feed", type: "float32", shape: ["batch", "sequence", outFeatures] },
    bias: { role: "feed", type: "float32", shape: [outFeatures] },
  };
  for (const use of ["forward", "backward"] as const) {
    const { codes, scales } = eightBitInputs(use, [outFeatures, inFeatures]);
    inputs[`${use}.codes`] = codes;
    inputs[`${use}.scales`] = scales;
  }
  return {
    name: "eight bits",
    inputs,
    compute(tensors) {
      const of = (use: string) => ({
        codes: tensors[`${use}.codes`],
        scales: tensors[`${use}.scales`],
      });
      const matrix = { forward: of("forward"), backward: of("backward") };
      const run = (x: tf.Tensor) =>
        eightBitMatMul(tf.mul(x, before) as typeof tensors.x, matrix, {
          outlierColumns: 2,
          bias: tensors.bias,
        });
      const x = tf.reshape(tensors.x, [-1, inFeatures]) as typeof tensors.x;
      const dy = tf.reshape(tensors.dy, [-1, outFeatures]);
      return { y: run(x), dx: tf.mul(tf.grad(run)(x, dy), after) } as never;
    },
  };
}

const weight = normal(outFeatures * inFeatures, "weight");
const frozen = (name: string) => {
  const [use, role] = name.split(".") as ["forward" | "backward", "codes" | "scales"];
  return eightBitCodes(use, weight, [outFeatures, inFeatures])[role];
};

async function runOn(device: string, [batch, sequence]: number[], before: number, after: number) {
  const step = await (await openDevice(device)).compile(program(before, after), { frozen });
  try {
    const x = normal(batch * sequence * inFeatures, "x");
    // An outlier column, whose end is in one row.
    x[5 * inFeatures + 7] = 60;
    return await step.run({
      x: { shape: [batch, sequence, inFeatures], data: x },
      dy: {
        shape: [batch, sequence, outFeatures],
        data: normal(batch * sequence * outFeatures, "dy"),
      },
      bias: { shape: [outFeatures], data: normal(outFeatures, "bias") },
    });
  } finally {
    await step.dispose();
  }
}

for (const size of [[3, 5], [1, 9], [8, 1], [16, 12]]) {
  for (const [before, after] of [[1, 1], [factor, 0.5], [-factor, -2]]) {
    Deno.test(`batches of ${size} times ${before} and ${after}: compiled as op by op`, async () => {
      assertClose(
        await runOn("cpu", size, before, after),
        await runOn("tfjs:cpu", size, before, after),
        `${size}`,
      );
    });
  }
}

/** How often an operator is there with an input or output of this many numbers a row. */
function passesOf(before: number, after: number, op: string): number {
  const graph = trace(program(before, after), frozen, { integers: "exact" });
  return graph.nodes.filter((node) =>
    node.op === op && node.outputs[0].shape.length === 2 && node.outputs[0].shape[1] === inFeatures
  ).length;
}

Deno.test("a factor before or after a product of bytes is no pass over its numbers", () => {
  const plain = passesOf(1, 1, "Mul");
  assert.equal(passesOf(1, 0.5, "Mul"), plain);
  // x times a number has readers of its own only where its sign changes.
  assert.equal(passesOf(factor, 1, "Mul"), plain);
  assert.equal(passesOf(-factor, 1, "Mul"), plain + 1);
});

Deno.test("ends of columns are folded in groups of the batch's rows", () => {
  const { nodes, openDims } = trace(program(1, 1), frozen, { integers: "exact" });
  const groups = nodes.filter(({ op, inputs: [x] }) => op === "ReduceMax" && x!.shape.length === 3);
  assert.equal(groups.length, 1);
  const [, group] = groups[0].inputs[0]!.shape;
  assert.deepEqual(openDims.factor(group).open.map(({ name }) => name), ["batch"]);
});
