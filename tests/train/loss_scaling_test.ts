import assert from "node:assert/strict";
import {
  initialLossScale,
  type LossScale,
  lossScaleOf,
  LossScaling,
  withoutSkipped,
} from "../../lib/train/loss_scaling.ts";

/** The scale of `torch.amp.GradScaler` (growth 2 each 2,000 steps, backoff 0.5), step by step. */
function scaleOfTorch(overflows: readonly boolean[]): number[] {
  let [scale, tracker] = [2 ** 16, 0];
  return overflows.map((isOverflow) => {
    if (isOverflow) [scale, tracker] = [scale * 0.5, 0];
    else if (++tracker === 2000) [scale, tracker] = [scale * 2, 0];
    return scale;
  });
}

Deno.test("the scale follows torch.amp.GradScaler", () => {
  const overflows = Array.from({ length: 9000 }, (_, i) => i < 3 || i === 4100 || i === 6099);
  const scaling = new LossScaling();
  const scales = overflows.map((isOverflow, i) => {
    assert.equal(scaling.update(i + 1, isOverflow ? (i % 2 ? NaN : Infinity) : 1), isOverflow);
    return scaling.scale;
  });
  assert.deepEqual(scales, scaleOfTorch(overflows));
  assert.deepEqual(scaling.present.skipped, [1, 2, 3, 4101, 6100]);
});

Deno.test("a scale of one is not halved", () => {
  const scaling = new LossScaling();
  scaling.restore({ scale: 2, steadySteps: 0, skipped: [] });
  assert.equal(scaling.update(1, Infinity), true);
  assert.equal(scaling.update(2, Infinity), false);
  assert.equal(scaling.scale, 1);
});

Deno.test("moments count the steps that moved something, from a group's own start", () => {
  const scaling = new LossScaling();
  scaling.restore({ scale: 1024, steadySteps: 0, skipped: [1, 2, 7] });
  const common = { learningRate: 1, weightDecay: 0 };
  const groups = [{ group: "early", step: 10, ...common }, { group: "late", step: 5, ...common }];
  assert.deepEqual(withoutSkipped(groups, 10, scaling.present.skipped).map(({ step }) => step), [
    7,
    4,
  ]);
});

Deno.test("a loss scale comes back from a checkpoint, and nothing else does", () => {
  const whole: LossScale = { scale: 512, steadySteps: 7, skipped: [1, 2] };
  for (const state of [whole, initialLossScale]) {
    assert.deepEqual(lossScaleOf(JSON.parse(JSON.stringify(state))), state);
  }
  const wrong = [
    ...[null, 1, "text", {}, { ...whole, scale: 0 }, { ...whole, scale: "1" }],
    ...[{ ...whole, steadySteps: -1 }, { ...whole, skipped: 1 }, { ...whole, skipped: [0.5] }],
  ];
  for (const made of wrong) assert.equal(lossScaleOf(made), undefined, JSON.stringify(made));
});
