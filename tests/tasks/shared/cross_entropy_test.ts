import assert from "node:assert/strict";
import {
  type HostTensor,
  openDevice,
  type Program,
  valueAndGradients,
} from "../../../lib/engine/mod.ts";
import {
  binaryCrossEntropies,
  crossEntropy,
  targetWeight,
  weightedMean,
} from "../../../lib/tasks/shared/cross_entropy.ts";
import type { LossOptions } from "../../../lib/tasks/shared/loss_options.ts";
import { lossMistakes } from "../../../lib/tasks/shared/loss_options.ts";
import { largestDifference } from "../../models/golden.ts";
import golden from "../../golden/losses.json" with { type: "json" };

interface Case {
  readonly name: string;
  readonly kind: string;
  readonly options: LossOptions;
  readonly targets: readonly (number | readonly number[])[];
  readonly losses: readonly number[];
  readonly gradients: readonly (readonly number[])[];
}

const cases: readonly Case[] = golden.cases;
const rows = golden.logits.length;
const classes = golden.logits[0].length;
const float = (numbers: readonly (number | readonly number[])[], shape: number[]): HostTensor => ({
  shape,
  data: Float32Array.from(numbers.flat()),
});

/** Losses of rows and gradients of their weighted sum by the logits. */
async function run(
  { kind, options, targets }: Pick<Case, "kind" | "options" | "targets">,
  logits: HostTensor,
  device: string,
): Promise<{ losses: Float32Array; gradients: Float32Array; loss: number }> {
  const areIds = typeof targets[0] === "number";
  const program: Program = {
    name: "loss",
    inputs: {
      logits: { role: "feed", type: "float32", shape: ["batch", classes] },
      weights: { role: "feed", type: "float32", shape: ["batch"] },
      normaliser: { role: "feed", type: "float32", shape: [] },
      targets: areIds
        ? { role: "feed", type: "int32", shape: ["batch"] }
        : { role: "feed", type: "float32", shape: ["batch", classes] },
    },
    compute({ logits, targets, weights, normaliser }) {
      const of = kind === "multi" ? binaryCrossEntropies : crossEntropy;
      const { value, gradients } = valueAndGradients(
        () => weightedMean(of(logits, targets, options), weights, normaliser),
        { logits },
      );
      return { losses: of(logits, targets, options), loss: value, gradients: gradients.logits };
    },
  };
  const frozen = () => new Float32Array();
  const step = await (await openDevice(device)).compile(program, { frozen });
  try {
    const results = await step.run({
      logits,
      weights: float(golden.weights, [rows]),
      normaliser: float([2], []),
      targets: areIds
        ? { shape: [rows], data: Int32Array.from(targets as readonly number[]) }
        : float(targets, [rows, classes]),
    });
    return {
      losses: results.losses.data as Float32Array,
      // The normaliser 2 halves them.
      gradients: results.gradients.data.map((each) => 2 * each) as Float32Array,
      loss: 2 * Number(results.loss.data[0]),
    };
  } finally {
    await step.dispose();
  }
}

for (const each of cases) {
  Deno.test(`the cross-entropy is PyTorch's: ${each.name}`, async () => {
    const sum = each.losses.reduce((sum, loss, row) => sum + loss * golden.weights[row], 0);
    for (const device of ["cpu", "tfjs:cpu"]) {
      const found = await run(each, float(golden.logits, [rows, classes]), device);
      // A few float32 roundings of losses up to 10.
      assert.ok(largestDifference(found.losses, each.losses) < 4e-6, device);
      assert.ok(largestDifference(found.gradients, each.gradients.flat()) < 4e-6, device);
      assert.ok(Math.abs(found.loss - sum) < 1e-5, device);
    }
  });
}

Deno.test("a focal loss has finite slopes where predictions are right beyond float32", async () => {
  for (const focalGamma of [0.5, 1, 2]) {
    for (const each of cases.filter(({ name }) => /^(focal|several labels, focal)$/.test(name))) {
      const logits = float(golden.logits, [rows, classes]);
      const extreme = { ...logits, data: logits.data.map((z) => 1e4 * z) as Float32Array };
      for (const device of ["cpu", "tfjs:cpu"]) {
        const { losses, gradients } = await run(
          { ...each, options: { focalGamma } },
          extreme,
          device,
        );
        assert.ok([...losses, ...gradients].every(Number.isFinite), `${each.name} ${focalGamma}`);
      }
    }
  }
});

Deno.test("what a target adds to the divisor is the weight of its class", () => {
  assert.equal(targetWeight(1, undefined), 1);
  assert.equal(targetWeight(1, [0.5, 2]), 2);
  assert.equal(targetWeight([0.5, 0.5], [0.5, 2]), 1.25);
});

Deno.test("every loss setting that makes no sense has a line", () => {
  const classWeights = [1, NaN];
  const lines = lossMistakes({ labelSmoothing: 1, focalGamma: -1, classWeights }, 3);
  assert.equal(lines.length, 4);
  assert.deepEqual(lossMistakes({ focalGamma: 2, labelSmoothing: 0.1, classWeights: [1] }, 1), []);
});
