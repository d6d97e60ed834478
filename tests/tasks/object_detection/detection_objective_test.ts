import assert from "node:assert/strict";
import { openDevice, type Program, valueAndGradients } from "../../../lib/engine/mod.ts";
import type { Objective } from "../../../lib/nn/objective.ts";
import { assign } from "../../../lib/tasks/object_detection/assign.ts";
import { generalizedIou } from "../../../lib/tasks/object_detection/box_shares.ts";
import { boxesOfQueries } from "../../../lib/tasks/object_detection/boxes_of_queries.ts";
import { detectionDefaults } from "../../../lib/tasks/object_detection/detection_loss.ts";
import { detectionObjective } from "../../../lib/tasks/object_detection/detection_objective.ts";
import { matchQueries } from "../../../lib/tasks/object_detection/match_queries.ts";
import { isMistake } from "../../is_mistake.ts";
import { golden, joinedNumbers, type LossCase, optionsOf } from "./golden.ts";

const devices = ["cpu", "tfjs:cpu"];

/** float32 keeps seven digits; a sum over the queries loses one of them. */
const tolerance = 2e-6;

const objectiveOf = (each: LossCase): Objective => {
  const { objects, queries, classes } = each;
  return detectionObjective({ objects, queries, classes, ...optionsOf(each) });
};

/** The loss of outputs with fixed targets, and its gradient. */
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
  const shape = (data: Float32Array) => [data.length / objective.outputs, objective.outputs];
  return {
    async at(data: Float32Array, matchedBy = data) {
      const outputs = { shape: shape(data), data };
      const rows = Array.from({ length: shape(data)[0] }, (_, row) => row);
      const targets = objective.targetsOf(rows, objective.weightOf(rows) || 1, {
        outputs: { shape: shape(data), data: matchedBy },
      });
      const found = await step.run({ outputs, ...targets });
      return { loss: Number(found.loss.data[0]), gradient: found.gradient.data as Float32Array };
    },
    dispose: () => step.dispose(),
  };
}

for (const device of devices) {
  Deno.test(`the loss of a detector and its gradient are transformers' on ${device}`, async () => {
    for (const each of golden.losses) {
      const run = await compiled(objectiveOf(each), device);
      const { loss, gradient } = await run.at(joinedNumbers(each.logits, each.boxes));
      await run.dispose();
      const apart = Math.abs(loss - each.loss) / Math.max(1, each.loss);
      assert.ok(apart <= tolerance, `${each.name}: ${loss}, but ${each.loss} there`);
      const wanted = joinedNumbers(each.logitGradient, each.boxGradient);
      const most = wanted.reduce((top, x) => Math.max(top, Math.abs(x)), 0.1);
      gradient.forEach((value, at) => {
        const off = Math.abs(value - wanted[at]) / most;
        assert.ok(off <= 5 * tolerance, `${each.name} ${at}: ${value}, but ${wanted[at]} there`);
      });
    }
  });
}

Deno.test("the gradient of a detector's loss is that of finite differences", async () => {
  // The shorter one where an edge of two boxes is near.
  const steps = [2e-3, 5e-4];
  for (const each of golden.losses) {
    const run = await compiled(objectiveOf(each), "tfjs:cpu");
    const start = joinedNumbers(each.logits, each.boxes);
    const { gradient } = await run.at(start);
    const most = gradient.reduce((top, x) => Math.max(top, Math.abs(x)), 0);
    const lossAt = async (at: number, by: number) => {
      const moved = start.slice();
      moved[at] += by;
      return (await run.at(moved, start)).loss; // the pairs stay
    };
    const steepest = Array.from(gradient, (_, at) => at)
      .sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a])).slice(0, 8);
    for (const at of [...steepest, 0, 3, 7]) {
      const found: number[] = [];
      for (const step of steps) {
        // Of the fourth order, as in tests/nn/check_gradients.ts.
        const near = await lossAt(at, step) - await lossAt(at, -step);
        const far = await lossAt(at, 2 * step) - await lossAt(at, -2 * step);
        found.push((8 * near - far) / (12 * step));
      }
      assert.ok(
        found.some((each) => Math.abs(each - gradient[at]) <= 2e-3 * Math.max(1, most)),
        `${each.name}[${at}]: ${gradient[at]}, found ${found}`,
      );
    }
    await run.dispose();
  }
});

Deno.test("queries are matched with objects as by transformers", () => {
  for (const each of golden.losses) {
    const { objects, queries, classes } = each;
    const settings = { ...detectionDefaults, ...optionsOf(each) };
    objects.forEach((own, image) => {
      const outputs = joinedNumbers([each.logits[image]], [each.boxes[image]]);
      const found = matchQueries(outputs, own, { queries, classes }, settings);
      const [matched, object] = each.pairs[image];
      const wanted = new Int32Array(queries).fill(-1);
      matched.forEach((query, at) => wanted[query] = object[at]);
      assert.deepEqual(found, wanted, `${each.name}, image ${image}`);
    });
  }
});

Deno.test("assignments cost as little as SciPy's", () => {
  for (const { costs, sum } of golden.assignments) {
    const [rows, columns] = [costs.length, costs[0].length];
    const found = assign(Float64Array.from(costs.flat()), rows, columns);
    const pairs = [...found].map((column, row) => [row, column]).filter(([, column]) =>
      column >= 0
    );
    assert.equal(pairs.length, Math.min(rows, columns));
    assert.equal(new Set(pairs.map(([, column]) => column)).size, pairs.length);
    const own = pairs.reduce((total, [row, column]) => total + costs[row][column], 0);
    assert.ok(Math.abs(own - sum) <= 1e-9, `${rows} × ${columns}: ${own}, but ${sum} there`);
  }
  assert.deepEqual(assign(new Float64Array(), 3, 0), Int32Array.of(-1, -1, -1));
  assert.throws(() => assign(Float64Array.of(0, NaN), 1, 2), isMistake("diverged", "NaN"));
});

Deno.test("boxes of queries are those of transformers' image processors", () => {
  for (const [at, images] of golden.answers.entries()) {
    const each = golden.losses[[0, 4][at]];
    images.forEach(({ scores, labels, boxes }, image) => {
      const [width, height] = image === 1 ? [100, 50] : [640, 480];
      const outputs = joinedNumbers([each.logits[image]], [each.boxes[image]]);
      const order = (a: { score: number }, b: { score: number }) => b.score - a.score;
      const found = boxesOfQueries(outputs, each, each, { width, height }).sort(order);
      const wanted = scores.map((score, k) => ({ score, label: labels[k], box: boxes[k] }))
        .sort(order);
      assert.deepEqual(found.map(({ label }) => label), wanted.map(({ label }) => label));
      found.forEach(({ score, box: [x, y, w, h] }, k) => {
        assert.ok(Math.abs(score - wanted[k].score) < 1e-6);
        [x, y, x + w, y + h].forEach((edge, side) =>
          assert.ok(Math.abs(edge - wanted[k].box[side]) < 1e-3, `${edge} ${wanted[k].box}`)
        );
      });
    });
  }
});

Deno.test("generalised IoU goes from −1 to 1", () => {
  const box = [0.5, 0.5, 0.2, 0.4];
  assert.ok(Math.abs(generalizedIou(box, box) - 1) < 1e-12);
  assert.ok(generalizedIou([0, 0, 0.001, 0.001], [1, 1, 0.001, 0.001]) < -0.99);
  const touching = generalizedIou([0.1, 0.5, 0.2, 0.2], [0.3, 0.5, 0.2, 0.2]);
  assert.ok(Math.abs(touching) < 1e-12, `${touching}`);
  assert.ok(Number.isFinite(generalizedIou([0, 0, 0, 0], [0, 0, 0, 0])));
});

Deno.test("objects that cannot be learned are one error", () => {
  const sizes = { queries: 1, classes: 2 };
  assert.throws(
    () =>
      detectionObjective({
        ...sizes,
        objects: [
          { classes: [0, 1], boxes: new Float32Array(8) },
          { classes: [2], boxes: [0, 0, 1] },
        ],
      }),
    isMistake(
      "data",
      "row 1: 2 objects, but the model has 1 queries",
      "row 2: 3 numbers are no boxes of 1 objects",
      "row 2: there is no class 2",
    ),
  );
  const objective = detectionObjective({ ...sizes, objects: [{ classes: [], boxes: [] }] });
  assert.throws(() => objective.targetsOf([0], 1), isMistake("input", "give its outputs"));
});
