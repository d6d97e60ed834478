import assert from "node:assert/strict";
import { TunebookError } from "../../../lib/core/errors.ts";
import { type HostTensor, openDevice, type Program } from "../../../lib/engine/mod.ts";
import type { Objective } from "../../../lib/nn/objective.ts";
import {
  classificationObjective,
  type ClassificationObjectiveOptions,
} from "../../../lib/tasks/shared/classification_objective.ts";
import { oneHot } from "../../models/golden.ts";

const outputs = 3;
const logits: HostTensor = {
  shape: [4, outputs],
  data: Float32Array.of(2, -1, 0.5, 0, 3, -2, -1, -0.5, 1.5, 0.25, 0.75, -0.25),
};
const classes = oneHot([0, 2, 1, 1], outputs);
const several = Float32Array.of(1, 0, 1, 0, 0, 0, 1, 1, 0, 0, 1, 1);
const classWeights = [0.5, 2, 1];
const labelSmoothing = 0.1;

/** The losses of PyTorch 2.13 for the same numbers. */
const cases: [options: ClassificationObjectiveOptions, loss: number][] = [
  [{ kind: "single", outputs, targets: classes }, 2.043325185775757],
  [{ kind: "single", outputs, targets: classes, classWeights }, 1.9872089624404907],
  [{ kind: "single", outputs, targets: classes, labelSmoothing }, 2.022491693496704],
  [
    { kind: "single", outputs, targets: classes, classWeights, labelSmoothing },
    1.937618613243103,
  ],
  [{ kind: "multi", outputs, targets: several }, 0.9008693695068359],
  [{ kind: "regression", outputs, targets: several }, 2.1197917461395264],
];

/** The sum of the losses of parts of the four rows, on the given logits. */
async function lossOf(objective: Objective, device: string, parts: number[][]): Promise<number> {
  const program: Program = {
    name: "loss",
    inputs: {
      logits: { role: "feed", type: "float32", shape: ["batch", outputs] },
      ...objective.feeds,
    },
    compute: (inputs) => ({ loss: objective.loss(inputs.logits, inputs) }),
  };
  const step = await (await openDevice(device)).compile(program, {
    frozen: () => new Float32Array(),
  });
  const normaliser = objective.weightOf(parts.flat());
  let sum = 0;
  for (const rows of parts) {
    const data = Float32Array.from(
      rows.flatMap((row) => [...logits.data.slice(row * outputs, (row + 1) * outputs)]),
    );
    const { loss } = await step.run({
      logits: { shape: [rows.length, outputs], data },
      ...objective.targetsOf(rows, normaliser),
    });
    sum += Number(loss.data[0]);
  }
  await step.dispose();
  return sum;
}

for (const [options, wanted] of cases) {
  const { targets: _, ...shown } = options;
  Deno.test(`the loss is PyTorch's: ${JSON.stringify(shown)}`, async () => {
    const objective = classificationObjective(options);
    for (const device of ["cpu", "tfjs:cpu"]) {
      const whole = await lossOf(objective, device, [[0, 1, 2, 3]]);
      assert.ok(Math.abs(whole - wanted) < 1e-6, `${device}: ${whole}, not ${wanted}`);
      const inParts = await lossOf(objective, device, [[3], [0, 2], [1]]);
      assert.ok(Math.abs(inParts - wanted) < 1e-6, `${device}: parts give ${inParts}`);
    }
  });
}

Deno.test("the loss stays finite for extreme logits", async () => {
  const extreme = { shape: [4, outputs], data: logits.data.map((each) => each * 1e4) };
  const saved = logits.data;
  for (const kind of ["single", "multi"] as const) {
    const objective = classificationObjective({
      kind,
      outputs,
      targets: kind === "single" ? classes : several,
    });
    Object.assign(logits, extreme);
    const loss = await lossOf(objective, "cpu", [[0, 1, 2, 3]]);
    Object.assign(logits, { data: saved });
    assert.ok(Number.isFinite(loss) && loss > 1, `${kind}: ${loss}`);
  }
});

const broken: [options: Partial<ClassificationObjectiveOptions>, message: RegExp][] = [
  [{ kind: "one" as "single" }, /kind is "one"/],
  [{ kind: "constructor" as "single" }, /kind is "constructor"/],
  [{ outputs: 0 }, /outputs is 0/],
  [{ outputs: 5 }, /targets are 12 numbers, no multiple of 5/],
  [{ labelSmoothing: 1 }, /labelSmoothing is 1/],
  [{ focalGamma: -1 }, /focalGamma is -1/],
  [{ kind: "regression", focalGamma: 2 }, /focalGamma is for labels/],
  [{ classWeights: [1, 2] }, /classWeights has 2 numbers for 3 labels/],
  [{ classWeights: [1, NaN, 1] }, /classWeights is 1, NaN, 1/],
  [{ classWeights: [1, -1, 1] }, /classWeights is 1, -1, 1/],
  [{ kind: "multi", labelSmoothing: 0.1 }, /are for rows with a single label/],
  [{ kind: "regression", classWeights }, /are for rows with a single label/],
];

for (const [options, message] of broken) {
  Deno.test(`a task with ${JSON.stringify(options)} is refused`, () => {
    assert.throws(
      () => classificationObjective({ kind: "single", outputs, targets: classes, ...options }),
      (error) =>
        error instanceof TunebookError && error.kind === "input" &&
        message.test(error.message),
    );
  });
}
