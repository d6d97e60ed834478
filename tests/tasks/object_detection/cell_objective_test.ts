import assert from "node:assert/strict";
import { openDevice, type Program, valueAndGradients } from "../../../lib/engine/mod.ts";
import { boxesOfCells } from "../../../lib/tasks/object_detection/boxes_of_cells.ts";
import { cellObjective } from "../../../lib/tasks/object_detection/cell_objective.ts";
import { cornerRadius } from "../../../lib/tasks/object_detection/cell_targets.ts";
import type { ImageObjects } from "../../../lib/tasks/object_detection/match_queries.ts";
import { isMistake } from "../../is_mistake.ts";

const golden: {
  classes: number;
  height: number;
  width: number;
  objects: ImageObjects[];
  nearness: number[][][][];
  outputs: number[][][][];
  loss: number;
  gradient: number[][][][];
  /** [images][classes] */
  peaks: number[][];
} = JSON.parse(
  await Deno.readTextFile(new URL("../../golden/cell_losses.json", import.meta.url)),
);
const { classes, height, width, objects } = golden;
const sizes = { classes, height, width };
const rows = objects.map((_, row) => row);
const start = Float32Array.from(golden.outputs.flat(3));
const tolerance = 2e-6;

async function compiled(device: string) {
  const objective = cellObjective({ ...sizes, objects });
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
    async at(data: Float32Array) {
      const found = await step.run({
        outputs: { shape: [rows.length, objective.outputs], data },
        ...objective.targetsOf(rows, objective.weightOf(rows)),
      });
      return { loss: Number(found.loss.data[0]), gradient: found.gradient.data as Float32Array };
    },
    dispose: () => step.dispose(),
  };
}

for (const device of ["cpu", "tfjs:cpu"]) {
  Deno.test(`the loss of cells and its gradient are PyTorch's on ${device}`, async () => {
    const run = await compiled(device);
    const { loss, gradient } = await run.at(start);
    await run.dispose();
    assert.ok(Math.abs(loss - golden.loss) <= tolerance * golden.loss, `${loss} ${golden.loss}`);
    golden.gradient.flat(3).forEach((wanted, at) => {
      assert.ok(Math.abs(gradient[at] - wanted) <= tolerance, `${at}: ${gradient[at]} ${wanted}`);
    });
  });
}

Deno.test("the gradient of the loss of cells is that of finite differences", async () => {
  const run = await compiled("tfjs:cpu");
  const { gradient } = await run.at(start);
  const step = 5e-3;
  const steepest = Array.from(gradient, (_, at) => at)
    .sort((a, b) => Math.abs(gradient[b]) - Math.abs(gradient[a])).slice(0, 12);
  for (const at of [...steepest, 0, 40, 100]) {
    const lossAt = async (by: number) => {
      const moved = start.slice();
      moved[at] += by;
      return (await run.at(moved)).loss;
    };
    // Of the fourth order, as in tests/nn/check_gradients.ts.
    const near = await lossAt(step) - await lossAt(-step);
    const far = await lossAt(2 * step) - await lossAt(-2 * step);
    const found = (8 * near - far) / (12 * step);
    assert.ok(Math.abs(found - gradient[at]) <= 1e-3, `${at}: ${gradient[at]}, ${found}`);
  }
  await run.dispose();
});

Deno.test("cells are as near as the bells of NumPy", () => {
  const { nearness } = cellObjective({ ...sizes, objects }).targetsOf(rows, 1);
  golden.nearness.flat(3).forEach((wanted, at) => {
    assert.ok(Math.abs(Number(nearness.data[at]) - wanted) < 1e-6, `${at}`);
  });
  // Shrunk by r on each side, (10 − 2r)² is left of 100.
  assert.ok(Math.abs(cornerRadius(10, 10, 0.7) - (10 - Math.sqrt(70)) / 2) < 1e-12);
  assert.equal(cornerRadius(0, 5), 0);
});

Deno.test("boxes come back from their targets, and peaks are those of max pooling", () => {
  const cells = height * width;
  const { nearness, centre_boxes: boxes } = cellObjective({ ...sizes, objects }).targetsOf(rows, 1);
  objects.forEach((own, image) => {
    const logits = Array.from(
      nearness.data.subarray(image * classes * cells, (image + 1) * classes * cells),
      (value) => 20 * (Number(value) - 0.99),
    );
    const numbers = Array.from(boxes.data.subarray(image * 4 * cells, (image + 1) * 4 * cells));
    const outputs = Float32Array.from([...logits, ...numbers.map(Number)]);
    const found = boxesOfCells(outputs, sizes, { width: 640, height: 480 })
      .filter(({ score }) => score > 0.5);
    assert.equal(found.length, own.classes.length);
    for (const [at, label] of Array.from(own.classes).entries()) {
      const [x, y, w, h] = Array.from(own.boxes).slice(4 * at, 4 * at + 4);
      const wanted = [(x - w / 2) * 640, (y - h / 2) * 480, w * 640, h * 480];
      const isSame = found.some(({ box, label: other }) =>
        other === label && box.every((side, k) => Math.abs(side - wanted[k]) < 1e-3)
      );
      assert.ok(isSame, `${label} ${wanted}`);
    }
    const given = Float32Array.from(golden.outputs[image].flat(2));
    given.fill(1, classes * cells); // sizes that are not negative
    const peaks = boxesOfCells(given, sizes, { width, height });
    golden.peaks[image].forEach((count, label) =>
      assert.equal(peaks.filter((each) => each.label === label).length, count)
    );
  });
});

Deno.test("objects of no class cannot be learned by cells", () => {
  assert.throws(
    () => cellObjective({ ...sizes, objects: [{ classes: [2], boxes: [0, 0, 1, 1] }] }),
    isMistake("data", "row 1: there is no class 2"),
  );
});
