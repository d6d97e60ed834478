import assert from "node:assert/strict";
import { openDevice } from "../../../lib/engine/devices/open_device.ts";
import { checkInPlace } from "../../../lib/engine/passes/check_in_place.ts";
import type { Program } from "../../../lib/engine/program.ts";
import { type Tensor, tf } from "../../../lib/engine/tf.ts";
import { trace } from "../../../lib/engine/trace.ts";
import { accumulate, gradientSquares } from "../../../lib/train/optimizer.ts";
import { adamwUpdate } from "../../../lib/train/optimizers/adamw.ts";

const size = 4;
const state = { role: "state", type: "float32", shape: [size, size] } as const;

function check(compute: (w: Tensor, v: Tensor) => Record<string, Tensor>): void {
  const program: Program = {
    name: "step",
    inputs: { w: state, v: state, x: { ...state, role: "feed" } },
    compute: ({ w, v }) => compute(w, v),
  };
  const graph = trace(program, () => new Float32Array());
  for (const output of graph.outputs) output.name = `next ${output.name}`;
  checkInPlace(graph, new Map([["next w", "w"], ["next v", "v"]]));
}

function refused(compute: (w: Tensor, v: Tensor) => Record<string, Tensor>, pattern: RegExp): void {
  assert.throws(() => check(compute), pattern);
}

Deno.test("a product that may read the old weight after its update is refused", () => {
  refused((w, v) => {
    const gradient = tf.matMul(w, v);
    return { w: tf.sub(w, tf.mul(w, 0.1)), loss: tf.sum(gradient) };
  }, /Gemm may read the state "w" after Sub has overwritten it/);
});

Deno.test("a product that the update waits for is accepted", () => {
  check((w, v) => ({ w: tf.sub(w, tf.matMul(w, v)) }));
});

Deno.test("an update that is itself a product of the old weight is refused", () => {
  refused((w, v) => ({ w: tf.matMul(w, v) }), /Gemm may read the state "w" after Gemm/);
  refused((w) => ({ w: tf.transpose(w) }), /Transpose may read/);
  refused((w) => ({ w: tf.softmax(w) }), /Softmax may read/);
});

Deno.test("a reader of the reshaped weight is found", () => {
  refused((w) => {
    const flat = tf.reshape(w, [size * size]);
    return { w: tf.mul(w, 0.5), loss: tf.sum(tf.square(flat)) };
  }, /may read the state "w" after Mul/);
});

Deno.test("a late reader of a weight that was reshaped in time is found", () => {
  refused((w) => {
    const flat = tf.reshape(w, [size * size]);
    return { w: tf.mul(w, tf.sum(flat)), loss: tf.sum(tf.square(flat)) };
  }, /may read the state "w" after Mul/);
});

Deno.test("two states that change places are refused", () => {
  refused((w, v) => ({ w: v, v: w }), /may read the state/);
  refused((w, v) => ({ w: tf.neg(v), v: tf.neg(w) }), /Neg may read the state/);
});

Deno.test("showing the old value beside the new one is refused", () => {
  refused((w) => ({ w: tf.mul(w, 2), before: w }), /"next before" may read the state "w"/);
});

Deno.test("a state that stays, and sums that broadcast only other operands, are accepted", () => {
  check((w, v) => ({ w, v: tf.mul(v, tf.sum(w)) }));
});

Deno.test("AdamW, accumulation and the norm are accepted and write in place", async () => {
  const device = await openDevice("cpu");
  const vectors = ["parameters", "gradients", "firstMoment", "secondMoment", "sum"];
  const slots = [{ name: "w", shape: [3], group: "all" }, { name: "b", shape: [], group: "all" }];
  const state = device.createState(slots, vectors);
  const ones = new Map([["w", Float32Array.of(1, 2, 3)], ["b", Float32Array.of(4)]]);
  await state.write("parameters", ones);
  await state.write("gradients", ones);
  const norm = await device.compileUpdate(gradientSquares(), state);
  assert.equal((await norm.run({})).squares, 30);
  const collect = await device.compileUpdate(accumulate("sum"), state);
  await collect.run({ keep: 0 });
  await collect.run({ keep: 1 });
  assert.deepEqual([...(await state.read("sum")).get("w")!], [2, 4, 6]);
  const update = await device.compileUpdate(
    adamwUpdate({ beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
    state,
  );
  await update.run({
    learningRate: 0.1,
    weightDecay: 0,
    clip: 1,
    correction1: 1 / (1 - 0.9),
    correction2: 1 / (1 - 0.999),
  });
  // The first step of Adam is the learning rate in the gradient's direction.
  const [a, b, c] = (await state.read("parameters")).get("w")!;
  for (const [found, wanted] of [[a, 0.9], [b, 1.9], [c, 2.9]]) {
    assert(Math.abs(found - wanted) < 1e-5, `${found}`);
  }
  for (const step of [norm, collect, update]) await step.dispose();
});
