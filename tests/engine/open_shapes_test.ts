import assert from "node:assert/strict";
import { TunebookError } from "../../lib/core/errors.ts";
import { openDevice } from "../../lib/engine/devices/open_device.ts";
import {
  dropout,
  embedding,
  layerNorm,
  Noise,
  noiseSize,
  rowsInPieces,
} from "../../lib/engine/ops/mod.ts";
import type { HostTensor, InputSpec, Program } from "../../lib/engine/program.ts";
import { type Tensor, tf } from "../../lib/engine/tf.ts";
import { trace } from "../../lib/engine/trace.ts";
import { valueAndGradients } from "../../lib/engine/value_and_gradients.ts";
import { assertClose, floats, ints } from "./parity.ts";

const sizes = [[1, 1], [2, 3], [3, 8], [5, 2], [4, 64]];
const width = 4;
const open: InputSpec = { role: "feed", type: "float32", shape: ["batch", "sequence", width] };
const ids: InputSpec = { role: "feed", type: "int32", shape: ["batch", "sequence"] };
const table: InputSpec = { role: "feed", type: "float32", shape: [10, width] };
const noWeights = () => new Float32Array();

type Compute = (x: Tensor, inputs: Readonly<Record<string, Tensor>>) => Record<string, Tensor>;

function program(name: string, compute: Compute): Program {
  const inputs = { x: open, ids, table };
  return { name, inputs, compute: (all) => compute(all.x, all) };
}

function feeds(batch: number, sequence: number): Record<string, HostTensor> {
  return {
    x: floats([batch, sequence, width]),
    ids: ints([batch, sequence], 0, 9),
    table: floats([10, width]),
  };
}

/** Sum of squares, and its gradient by x. */
function gradient(x: Tensor, compute: (x: Tensor) => Tensor): Record<string, Tensor> {
  const { value, gradients } = valueAndGradients(() => tf.sum(tf.square(compute(x))), { x });
  return { value, gradient: gradients.x };
}

const batchOf = (x: Tensor) => x.shape[0];
const lengthOf = (x: Tensor) => x.shape[1]!;
const prefix = (x: Tensor, size: number) =>
  tf.broadcastTo(tf.ones([1, size, width]), [batchOf(x), size, width]);

const programs: Record<string, Compute> = {
  "every third row": (x) => {
    const rows = tf.reshape(x, [-1, width]);
    return { y: tf.stridedSlice(rows, [0, 0], rows.shape as [number, number], [3, 1]) };
  },
  "rows in pieces": (x) => {
    const rows = tf.reshape(x, [-1, width]);
    const numbered = (own: Tensor, numbers: Tensor) =>
      tf.concat([tf.square(own), tf.reshape(tf.cast(numbers, "float32"), [-1, 1])], 1);
    return { y: rowsInPieces(numbered, rows, 1), z: rowsInPieces(numbered, rows, 5) };
  },
  "flatten and back": (x) => ({
    y: tf.reshape(tf.mul(tf.reshape(x, [-1, width]), 2), x.shape),
  }),
  "two unknown sizes in one reshape": (x) => ({
    y: tf.reshape(x, [batchOf(x), 2, lengthOf(x), width / 2]),
    z: tf.reshape(tf.transpose(x, [2, 0, 1]), [lengthOf(x), width, batchOf(x)]),
    all: tf.reshape(x, [batchOf(x) * lengthOf(x) * width]),
  }),
  "heads": (x) => {
    const heads = tf.transpose(
      tf.reshape(x, [batchOf(x), lengthOf(x), 2, 2]),
      [0, 2, 1, 3],
    );
    const scores = tf.softmax(tf.matMul(heads, heads, false, true));
    return { y: tf.reshape(tf.transpose(tf.matMul(scores, heads), [0, 2, 1, 3]), [-1, width]) };
  },
  "a longer sequence, and back": (x) => {
    const longer = tf.concat([prefix(x, 20), x], 1); // [batch, 20 + sequence, width]
    const folded = tf.reshape(tf.mul(longer, 3), [-1, width]);
    const unfolded = tf.reshape(folded, longer.shape);
    return {
      longer: unfolded,
      scores: tf.matMul(unfolded, unfolded, false, true),
      back: tf.slice(unfolded, [0, 20, 0], [-1, lengthOf(x), -1]),
      front: tf.slice(unfolded, [0, 0, 0], [-1, 20, -1]),
    };
  },
  "gradient through a longer sequence": (x) =>
    gradient(x, (x) => {
      const longer = tf.concat([prefix(x, 20), x], 1);
      return tf.slice(longer, [0, 19, 0], [-1, lengthOf(x) + 1, -1]);
    }),
  "both axes joined": (x) => ({
    y: tf.concat([tf.sum(x, [1, 2]), tf.sum(x, [0, 2])], 0),
  }),
  "the first token": (x) => gradient(x, (x) => tf.slice(x, [0, 0, 0], [-1, 1, -1])),
  "the last token": (x) => ({
    y: tf.slice(x, [0, lengthOf(x) - 1, 0], [-1, 1, -1]),
    ...gradient(x, (x) => tf.slice(x, [0, lengthOf(x) - 1, 0], [-1, 1, -1])),
  }),
  "all but the last token": (x) => {
    const shorter = (x: Tensor) => tf.slice(x, [0, 0, 0], [-1, lengthOf(x) - 1, -1]);
    return { y: tf.reshape(shorter(x), [-1, width]), ...gradient(x, shorter) };
  },
  "padding": (x) => {
    const padded = tf.pad(x, [[0, 0], [1, 2], [0, 0]]);
    return {
      y: tf.reshape(padded, [-1, width]),
      ...gradient(x, (x) => tf.pad(x, [[0, 0], [1, 2], [0, 0]])),
    };
  },
  "embedding and its gradient": (_x, { ids, table }) =>
    gradient(table, (table) => embedding(table, ids)),
  "layer norm and its gradient": (x, { table }) => {
    const [scale, offset] = tf.unstack(table);
    return gradient(x, (x) => layerNorm(x, scale, offset, 1e-5));
  },
  "a masked mean and its gradient": (x, { ids }) => {
    const mask = tf.cast(tf.greater(ids, 4), "float32");
    return gradient(x, (x) => {
      const sum = tf.sum(tf.mul(x, tf.expandDims(mask, -1)), 1);
      return tf.div(sum, tf.add(tf.expandDims(tf.sum(mask, 1), -1), 1));
    });
  },
  "ones, zeros and fills": (x) => ({
    y: tf.add(tf.fill([lengthOf(x), batchOf(x)], 2), tf.sum(tf.onesLike(x))),
    z: tf.zerosLike(x),
  }),
  "tile": (x) => ({ y: tf.tile(tf.sum(x, [0, 1], true), [batchOf(x), lengthOf(x), 2]) }),
  "one-hot of an open depth": (x, { ids }) => ({
    y: tf.oneHot(tf.minimum(ids, tf.scalar(0, "int32")), 2 * batchOf(x), 1, 0, "float32"),
  }),
  "positions": (_x, { ids }) => ({ y: tf.cumsum(tf.onesLike(ids), 1, true) }),
  "reverse and stack": (x) => ({ y: tf.stack([tf.reverse(x, 1), x], 1) }),
  "split the width": (x) => {
    const [a, b] = tf.split(x, 2, -1);
    return { y: tf.reshape(tf.mul(a, b), [batchOf(x), -1]) };
  },
};

for (const [name, compute] of Object.entries(programs)) {
  Deno.test(`one compiled step serves every size: ${name}`, async () => {
    const compiled = await (await openDevice("cpu")).compile(program(name, compute), {
      frozen: noWeights,
    });
    const eager = await (await openDevice("tfjs:cpu")).compile(program(name, compute), {
      frozen: noWeights,
    });
    for (const [batch, sequence] of sizes) {
      if (name.includes("all but") && sequence === 1) continue; // leaves nothing
      const given = feeds(batch, sequence);
      const where = `${name}, batch ${batch}, sequence ${sequence}`;
      assertClose(await compiled.run(given), await eager.run(given), where, 1e-4);
    }
    await compiled.dispose();
  });
}

Deno.test("one compiled dropout serves every size", async () => {
  const noise = floats([noiseSize], 0, 1);
  const each: Program = {
    name: "dropout",
    inputs: { x: open, noise: { role: "feed", type: "float32", shape: [noiseSize] } },
    compute: ({ x, noise }) => gradient(x, (x) => dropout(x, 0.3, new Noise(noise), 1)),
  };
  const compiled = await (await openDevice("cpu")).compile(each, { frozen: noWeights });
  const eager = await (await openDevice("tfjs:cpu")).compile(each, { frozen: noWeights });
  for (const [batch, sequence] of sizes) {
    const given = { x: floats([batch, sequence, width]), noise };
    assertClose(await compiled.run(given), await eager.run(given), `${batch} × ${sequence}`, 1e-4);
  }
  await compiled.dispose();
});

function assertRefused(compute: Compute, ...patterns: RegExp[]): void {
  assert.throws(() => trace(program("traced", compute), noWeights), (error) => {
    assert(error instanceof TunebookError, String(error));
    assert.equal(error.kind, "unsupported");
    for (const pattern of patterns) assert.match(error.message, pattern);
    return true;
  });
}

const derived: Record<string, Compute> = {
  "a mean's count": (x) => ({ y: tf.mul(tf.sum(x), 1 / lengthOf(x)) }),
  "a count of both axes": (x) => ({ y: tf.mul(tf.sum(x), 1 / (batchOf(x) * lengthOf(x))) }),
  "a root": (x) => ({ y: tf.mul(x, 1 / Math.sqrt(lengthOf(x))) }),
  "a logarithm": (x) => ({ y: tf.add(x, Math.log(batchOf(x))) }),
  "the size itself": (x) => ({ y: tf.add(x, lengthOf(x)) }),
  "the gradient of a mean": (x) => gradient(x, (x) => tf.mean(x, 1)),
  "a half in a slice": (x) => ({
    y: tf.slice(x, [0, 0, 0], [-1, Math.floor(lengthOf(x) / 3), -1]),
  }),
  "a bound of clipping": (x) => ({ y: tf.clipByValue(x, 0, 1 / batchOf(x)) }),
  "a slope": (x) => ({ y: tf.leakyRelu(x, 1 / batchOf(x)) }),
  "a branch": (x) => ({ y: lengthOf(x) % 4 === 3 ? tf.neg(x) : tf.abs(x) }),
};

for (const [name, compute] of Object.entries(derived)) {
  Deno.test(`a number computed from a size is refused: ${name}`, () => {
    assertRefused(compute, /^traced: .* computed in JavaScript from the size .*sequence/);
  });
}

Deno.test("a setting that looks like a share of a size is not refused", () => {
  const traced = program("settings", (x) => ({ y: tf.mul(x, 1 / 10007), z: tf.mul(x, 20014) }));
  assert.equal(trace(traced, noWeights).outputs.length, 2);
});

Deno.test("a fixed size of an input may be a marker of another trace", async () => {
  const each: Program = {
    name: "large vocabulary",
    inputs: {
      table: { role: "feed", type: "float32", shape: [10007, 2] },
      ids: { role: "feed", type: "int32", shape: ["batch"] },
    },
    compute: ({ table, ids }) => ({ y: embedding(table, ids) }),
  };
  assert.deepEqual(trace(each, noWeights).outputs[0].value.shape.at(-1), 2);
  const step = await (await openDevice("cpu")).compile(each, { frozen: noWeights });
  const data = new Float32Array(20014).map((_, i) => i);
  const { y } = await step.run({
    table: { shape: [10007, 2], data },
    ids: { shape: [2], data: Int32Array.of(10006, 1) },
  });
  assert.deepEqual([...y.data], [20012, 20013, 2, 3]);
  await step.dispose();
});

Deno.test("a fixed size inside a program that is a marker is refused", () => {
  assertRefused((x) => ({ y: tf.add(tf.sum(x), tf.fill([10007], 1)) }), /computed in JavaScript/);
});

Deno.test("a constant of an open shape with different numbers is refused", () => {
  assertRefused((x) => {
    const numbers = new Float32Array(lengthOf(x)).map((_, i) => i);
    return { y: tf.mul(x, tf.tensor(numbers, [lengthOf(x), 1])) };
  }, /constant of the open shape .* has different numbers/);
});

Deno.test("a range and a stack over an open size are refused", () => {
  assertRefused((x) => ({ y: tf.range(0, lengthOf(x)) }), /range over an open dimension/);
  assertRefused((x) => ({ y: tf.unstack(x, 1)[0] }), /unstacking along an open dimension/);
});

Deno.test("reading a tensor's numbers while tracing is refused", () => {
  assertRefused((x) => ({ y: tf.mul(x, tf.sum(x).dataSync()[0]) }), /known only at run time/);
});

Deno.test("a missing kernel is named with the op that called it", () => {
  assertRefused(
    (x) => ({ y: tf.cumprod(x, 1) }),
    /^traced: the kernel Cumprod, called by tf\.cumprod, cannot be compiled/,
    /tfjs:cpu/,
  );
  assertRefused(
    (x) => ({ y: tf.image.resizeBilinear(x as tf.Tensor3D, [4, 4]) }),
    /the kernel ResizeBilinear, called by tf\.resizeBilinear, cannot/,
  );
  assertRefused(
    (x) => ({ y: tf.moments(tf.asinh(x)).mean }),
    /the kernel Asinh, called by tf\.asinh, cannot/,
  );
});

Deno.test("a missing gradient is named", () => {
  assertRefused((x) => gradient(x, (x) => tf.prod(x, -1)), /the kernel Prod has no gradient/);
});

Deno.test("too many open sizes are refused", () => {
  const shape = Array.from({ length: 11 }, (_, i) => `size${i}`);
  const each: Program = {
    name: "wide",
    inputs: { x: { role: "feed", type: "float32", shape } },
    compute: ({ x }) => ({ y: x }),
  };
  assert.throws(() => trace(each, noWeights), /10 open dimensions; "size10" is one too many/);
});

Deno.test("a tensor of a trace is refused after its trace and in another one", () => {
  const kept: Tensor[] = [];
  const first = program("first", (x) => {
    kept.push(tf.keep(tf.neg(x)));
    return { y: tf.neg(x) };
  });
  trace(first, noWeights);
  assertRefused((x) => ({ y: tf.add(x, kept[0]) }), /a tensor of another trace/);
  assert.throws(() => kept[0].dataSync(), /known only at run time/);
});

Deno.test("an output cannot have the name of a feed", () => {
  assertRefused((x) => ({ x: tf.neg(x) }), /the output "x" has the name of an input/);
});
