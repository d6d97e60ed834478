/** Ops on maps whose batch, height and width are open, against the same ops on fixed sizes. */
import assert from "node:assert/strict";
import { TunebookError } from "../../../lib/core/errors.ts";
import * as ops from "../../../lib/engine/ops/mod.ts";
import { openDevice } from "../../../lib/engine/devices/open_device.ts";
import type { Program } from "../../../lib/engine/program.ts";
import { type Tensor, tf } from "../../../lib/engine/tf.ts";
import { trace } from "../../../lib/engine/trace.ts";
import { valueAndGradients } from "../../../lib/engine/value_and_gradients.ts";
import { assertClose, floats, runOn } from "../parity.ts";

const channels = 4;
const weights = { general: [6, 4, 3, 3], depthwise: [4, 1, 3, 3], point: [4, 4, 1, 1] } as const;
const even = [6, 4, 2, 2] as const;
const wide = [2, 16, 3, 3] as const;
const specs = Object.fromEntries(
  Object.entries({ ...weights, even, wide, back: [4, 3, 3, 2], vector: [4] }).map((
    [name, shape],
  ) => [name, { role: "feed", type: "float32", shape } as const]),
);

type Given = Readonly<Record<string, Tensor>>;
type Run = (given: Given) => Tensor;

/** Ops with their gradients by all that they read. */
const differentiable: Record<string, Run> = {
  "a convolution": ({ x, general }) => ops.conv2d(x, general),
  "a padded convolution": ({ x, general }) => ops.conv2d(x, general, { padding: 1 }),
  "a strided convolution": ({ x, general }) => ops.conv2d(x, general, { padding: 1, stride: 2 }),
  "a dilated convolution": ({ x, general }) =>
    ops.conv2d(x, general, { padding: [1, 2], dilation: 2 }),
  "a convolution of many channels": ({ x, wide }) =>
    ops.conv2d(tf.concat([x, x, x, x], 1), wide, { padding: 1, stride: [1, 2] }),
  "a product for each number": ({ x, point }) => ops.conv2d(x, point),
  "every third number": ({ x, point }) => ops.conv2d(x, point, { stride: 3 }),
  "a depthwise convolution": ({ x, depthwise }) =>
    ops.conv2d(x, depthwise, { groups: channels, padding: 1 }),
  "a strided depthwise convolution": ({ x, depthwise }) =>
    ops.conv2d(x, depthwise, { groups: channels, padding: 1, stride: 2 }),
  "patches": ({ x, even }) => ops.conv2d(x, even, { stride: 2 }),
  "two sizes that are one of an odd map alone": ({ x, general, even }) => {
    // ⌊(size − 1) / 2⌋ and ⌊size / 2⌋
    const [a, b] = [ops.conv2d(x, general, { stride: 2 }), ops.conv2d(x, even, { stride: 2 })];
    return tf.concat([flat(a), flat(b)], 1);
  },
  "down and up again": ({ x, depthwise, back }) => {
    const small = tf.relu(ops.conv2d(x, depthwise, { groups: channels, padding: 1, stride: 2 }));
    return ops.convTranspose2d(small, back, { stride: 2, padding: [1, 0], outputPadding: [1, 0] });
  },
  "a transposed convolution": ({ x, back }) =>
    ops.convTranspose2d(x, back, { stride: [1, 2], padding: [0, 1] }),
  "the largest": ({ x }) => ops.maxPool2d(x, { kernel: 3, stride: 2, padding: 1 }),
  "means": ({ x }) => ops.avgPool2d(x, { kernel: 2 }),
  "means without padding": ({ x }) =>
    ops.avgPool2d(x, { kernel: 3, stride: 2, padding: 1, countsPadding: false }),
  "twice as large": ({ x }) => ops.resize2d(x, { scale: 2 }, { mode: "nearest" }),
  "group norm": ({ x, vector }) => ops.groupNorm(x, vector, vector, { groups: 2, epsilon: 1e-5 }),
  "batch norm": ({ x, vector }) => ops.batchNorm(x, vector, vector, 1e-5).value,
  "frozen batch norm": ({ x, vector }) =>
    ops.frozenBatchNorm(
      x,
      { scale: vector, offset: vector, mean: vector, variance: tf.square(vector) },
      1e-5,
    ),
};

/** Ops whose gradient needs a fixed height and width. */
const forwardOnly: Record<string, Run> = {
  "bilinear, half as large again": ({ x }) => ops.resize2d(x, { scale: 1.5 }, { mode: "bilinear" }),
  "as large as another map": ({ x, general }) => {
    const small = ops.conv2d(x, general, { padding: 1, stride: 2 });
    const [, , height, width] = x.shape as [number, number, number, number];
    return ops.resize2d(small, { height, width }, { mode: "bicubic" });
  },
};

/** [batch, numbers] */
const flat = (x: Tensor) =>
  tf.reshape(x, [x.shape[0], x.shape.slice(1).reduce((a, b) => a * b, 1)]);

function programOf(name: string, run: Run, map: Program["inputs"][string]["shape"]): Program {
  return {
    name,
    inputs: { x: { role: "feed", type: "float32", shape: map }, ...specs },
    compute(given) {
      const y = run(given);
      if (!(name in differentiable)) return { y };
      const { gradients } = valueAndGradients(() => tf.sum(tf.square(run(given))), given);
      return {
        y,
        ...Object.fromEntries(
          Object.entries(gradients).map(([name, each]) => [`by ${name}`, each]),
        ),
      };
    },
  };
}

const sizes = [[2, 7, 8], [1, 8, 9], [3, 12, 5]] as const;

for (const [name, run] of Object.entries({ ...differentiable, ...forwardOnly })) {
  Deno.test(`${name}: open sizes give what fixed ones give`, async () => {
    const device = await openDevice("cpu");
    const compiled = await device.compile(
      programOf(name, run, ["batch", channels, "height", "width"]),
      { frozen: () => new Float32Array() },
    );
    try {
      for (const [batch, height, width] of sizes) {
        const shape = [batch, channels, height, width];
        const feeds = Object.fromEntries([
          ["x", floats(shape)],
          ...Object.entries(specs).map(([name, { shape }]) => [name, floats([...shape])]),
        ]);
        const wanted = await runOn("cpu", programOf(name, run, shape), feeds);
        // Sums over squares of some hundred numbers.
        assertClose(await compiled.run(feeds), wanted, `${name} [${shape}]`, 5e-5);
      }
    } finally {
      await compiled.dispose();
    }
  });
}

Deno.test("a gradient that needs fixed sizes says so", () => {
  const program: Program = {
    name: "resized",
    inputs: { ...specs, x: { role: "feed", type: "float32", shape: [1, 4, "height", "width"] } },
    compute({ x }) {
      const run = () => tf.sum(ops.resize2d(x, { scale: 2 }, { mode: "bilinear" }));
      return { by: valueAndGradients(run, { x }).gradients.x };
    },
  };
  assert.throws(
    () => trace(program, () => new Float32Array()),
    (error) => error instanceof TunebookError && /fixed height and width/.test(error.message),
  );
});
