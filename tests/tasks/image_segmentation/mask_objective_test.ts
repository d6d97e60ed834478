import assert from "node:assert/strict";
import { openDevice, type Program, valueAndGradients } from "../../../lib/engine/mod.ts";
import type { Objective } from "../../../lib/nn/objective.ts";
import type { MaskLossOptions } from "../../../lib/tasks/image_segmentation/mask_loss.ts";
import { maskObjective } from "../../../lib/tasks/image_segmentation/mask_objective.ts";
import { maskOfLogits } from "../../../lib/tasks/image_segmentation/mask_of_logits.ts";
import { isMistake } from "../../is_mistake.ts";

interface Case {
  name: string;
  options: MaskLossOptions;
  classes: number;
  masks: number[][][];
  logits: number[][][][];
  loss: number;
  gradient: number[][][][];
  /** [images][height][width] */
  answers: number[][][];
}

const golden: { losses: Case[] } = JSON.parse(
  await Deno.readTextFile(new URL("../../golden/mask_losses.json", import.meta.url)),
);

/** float32 keeps seven digits; a sum over the pixels loses one of them. */
const tolerance = 2e-6;

const maskOf = (rows: number[][]) => ({
  width: rows[0].length,
  height: rows.length,
  data: Uint8Array.from(rows.flat()),
});

const objectiveOf = ({ masks, classes, options, logits: [[[...rows]]] }: Case): Objective =>
  maskObjective({
    masks: masks.map(maskOf),
    classes,
    mapSize: [rows.length, rows[0].length],
    ...options,
  });

async function compiled(objective: Objective, device: string) {
  const program: Program = {
    name: "loss",
    inputs: {
      outputs: { role: "feed", type: "float32", shape: ["batch", objective.outputs] },
      ...objective.feeds,
    },
    compute({ outputs, ...feeds }) {
      const { value, gradients } = valueAndGradients(
        () => objective.loss(outputs, feeds),
        { outputs },
      );
      return { loss: value, gradient: gradients.outputs };
    },
  };
  const step = await (await openDevice(device)).compile(program, {
    frozen: () => new Float32Array(),
  });
  return {
    async at(data: Float32Array, rows: readonly number[], normaliser = objective.weightOf(rows)) {
      const outputs = { shape: [rows.length, objective.outputs], data };
      const found = await step.run({ outputs, ...objective.targetsOf(rows, normaliser) });
      return { loss: Number(found.loss.data[0]), gradient: found.gradient.data as Float32Array };
    },
    dispose: () => step.dispose(),
  };
}

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`losses of masks and their gradients are PyTorch's on ${device}`, async () => {
    for (const each of golden.losses) {
      const run = await compiled(objectiveOf(each), device);
      const rows = each.masks.map((_, row) => row);
      const start = Float32Array.from(each.logits.flat(3));
      const { loss, gradient } = await run.at(start, rows);
      assert.ok(
        Math.abs(loss - each.loss) <= tolerance * Math.max(1, each.loss),
        `${each.name}: ${loss}, but ${each.loss} there`,
      );
      each.gradient.flat(3).forEach((wanted, at) => {
        const off = Math.abs(gradient[at] - wanted);
        assert.ok(off <= tolerance, `${each.name} ${at}: ${gradient[at]}, but ${wanted} there`);
      });
      await run.dispose();
    }
  });
}

Deno.test("gradients of losses of masks are those of finite differences", async () => {
  const step = 1e-2;
  for (const each of golden.losses) {
    const run = await compiled(objectiveOf(each), "tfjs:cpu");
    const rows = each.masks.map((_, row) => row);
    const start = Float32Array.from(each.logits.flat(3));
    const { gradient } = await run.at(start, rows);
    const lossAt = async (at: number, by: number) => {
      const moved = start.slice();
      moved[at] += by;
      return (await run.at(moved, rows)).loss;
    };
    const steepest = Array.from(gradient, (_, at) => at)
      .sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a])).slice(0, 6);
    for (const at of [...steepest, 0, 5]) {
      // Of the fourth order, as in tests/nn/check_gradients.ts.
      const near = await lossAt(at, step) - await lossAt(at, -step);
      const far = await lossAt(at, 2 * step) - await lossAt(at, -2 * step);
      const found = (8 * near - far) / (12 * step);
      assert.ok(Math.abs(found - gradient[at]) <= 1e-4, `${each.name}: ${gradient[at]}, ${found}`);
    }
    await run.dispose();
  }
});

Deno.test("pixels have the class that PyTorch's enlarged logits say", () => {
  for (const { classes, logits, answers } of golden.losses) {
    logits.forEach((maps, image) => {
      const [height, width] = [maps[0].length, maps[0][0].length];
      const wanted = answers[image];
      const found = maskOfLogits(
        Float32Array.from(maps.flat(2)),
        { classes, height, width },
        { width: wanted[0].length, height: wanted.length },
      );
      assert.deepEqual([...found.data], wanted.flat());
    });
  }
});

Deno.test("micro-batches of masks add up to their step", async () => {
  for (const each of golden.losses.filter(({ masks }) => masks.length > 1)) {
    const objective = objectiveOf(each);
    const run = await compiled(objective, "cpu");
    const rows = each.masks.map((_, row) => row);
    const normaliser = objective.weightOf(rows);
    let sum = 0;
    for (const row of rows) {
      const own = Float32Array.from(each.logits[row].flat(2));
      sum += (await run.at(own, [row], normaliser)).loss;
    }
    assert.ok(Math.abs(sum - each.loss) <= 2 * tolerance * Math.max(1, each.loss), each.name);
    await run.dispose();
  }
});

Deno.test("masks that cannot be learned are one error", () => {
  const mask = (width: number, ...data: number[]) => ({
    width,
    height: 1,
    data: Uint8Array.from(data),
  });
  assert.throws(
    () =>
      maskObjective({
        classes: 2,
        masks: [mask(2, 0, 255), mask(1, 0), mask(2, 2, 0), mask(2, 0)],
      }),
    isMistake(
      "data",
      "row 2: 1 × 1 pixels, but the first mask has 2 × 1",
      "row 3: there is no class 2",
      "row 4: 1 numbers are no mask of 2 × 1 pixels",
    ),
  );
  assert.throws(
    () => maskObjective({ classes: 2, masks: [], crossEntropy: 0, classWeights: [1] }),
    isMistake("input", "nothing is learned", "classWeights has 1 numbers for 2 labels"),
  );
});
