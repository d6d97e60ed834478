import assert from "node:assert/strict";
import { type ErrorKind, TunebookError } from "../../../lib/core/errors.ts";
import type { Bindings } from "../../../lib/engine/devices/device.ts";
import { openDevice } from "../../../lib/engine/devices/open_device.ts";
import type { HostTensor, InputSpec, Program } from "../../../lib/engine/program.ts";
import { type Tensor, tf } from "../../../lib/engine/tf.ts";

const devices = ["cpu", "tfjs:cpu"];
const feed = (shape: InputSpec["shape"], type: InputSpec["type"] = "float32"): InputSpec => ({
  role: "feed",
  type,
  shape,
});
const bindings: Bindings = { frozen: () => new Float32Array() };

function program(
  inputs: Program["inputs"],
  compute: (inputs: Readonly<Record<string, Tensor>>) => Record<string, Tensor>,
): Program {
  return { name: "tried", inputs, compute };
}

async function refused(run: () => Promise<unknown>, kind: ErrorKind, ...patterns: RegExp[]) {
  await assert.rejects(run, (error) => {
    assert(error instanceof TunebookError, String(error));
    assert.equal(error.kind, kind);
    for (const pattern of patterns) assert.match(error.message, pattern);
    return true;
  });
}

const pair = program(
  { x: feed(["batch", 2]), mask: feed(["batch"], "int32") },
  ({ x, mask }) => ({ y: tf.mul(tf.sum(x, 1), tf.cast(mask, "float32")) }),
);
const right = {
  x: { shape: [2, 2], data: Float32Array.of(1, 2, 3, 4) },
  mask: { shape: [2], data: Int32Array.of(1, 0) },
};

for (const name of devices) {
  const tried = async (feeds: Record<string, HostTensor>) => {
    const step = await (await openDevice(name)).compile(pair, bindings);
    try {
      return await step.run(feeds);
    } finally {
      await step.dispose();
    }
  };

  Deno.test(`${name}: missing feeds are named, all of them`, async () => {
    await refused(() => tried({}), "input", /tried: wrong feeds/, /no feed for "x"/, /"mask"/);
  });

  Deno.test(`${name}: feeds of wrong shapes and types are named`, async () => {
    const x = right.x;
    await refused(
      () => tried({ ...right, x: { ...x, shape: [4] } }),
      "input",
      /"x" has the shape \[4\], not \[batch, 2\]/,
    );
    await refused(
      () => tried({ ...right, x: { ...x, shape: [1, 4] } }),
      "input",
      /"x" has the size 4 in axis 1/,
    );
    await refused(
      () => tried({ ...right, x: { ...x, shape: [3, 2] } }),
      "input",
      /"x" has 4 numbers for the shape \[3, 2\]/,
    );
    await refused(
      () => tried({ ...right, mask: { shape: [3], data: Int32Array.of(1, 1, 1) } }),
      "input",
      /"mask" has 3 for batch, but "x" has 2/,
    );
    await refused(
      () => tried({ ...right, mask: { shape: [2], data: Float32Array.of(1, 1) } }),
      "input",
      /"mask" is a Float32Array, but int32 needs Int32Array/,
    );
    assert.deepEqual([...(await tried(right)).y.data], [3, 0]);
  });

  Deno.test(`${name}: numbers that are not finite pass through`, async () => {
    const data = Float32Array.of(NaN, 1, Infinity, 2);
    const mask = { shape: [2], data: Int32Array.of(1, 1) };
    assert.deepEqual([...(await tried({ x: { shape: [2, 2], data }, mask })).y.data], [
      NaN,
      Infinity,
    ]);
  });

  Deno.test(`${name}: an empty batch gives an empty result`, async () => {
    const { y } = await tried({
      x: { shape: [0, 2], data: new Float32Array() },
      mask: { shape: [0], data: new Int32Array() },
    });
    assert.deepEqual([...y.shape], [0]);
  });

  Deno.test(`${name}: results that are inputs or each other leave the inputs alone`, async () => {
    const device = await openDevice(name);
    const state = device.createState([{ name: "w", shape: [2], group: "all" }], ["p", "q"]);
    await state.write("p", new Map([["w", Float32Array.of(1, 2)]]));
    const vector = feed([2]);
    const passing = program(
      {
        x: vector,
        f: { ...vector, role: "frozen" },
        "p/w": { ...vector, role: "state" },
      },
      ({ x, f, "p/w": w }) => ({
        "p/w": w,
        "q/w": w,
        x1: x,
        f1: f,
        f2: f,
        w1: tf.reshape(w, [2, 1]),
      }),
    );
    const step = await device.compile(passing, { frozen: () => Float32Array.of(5, 6), state });
    for (let run = 0; run < 3; run++) {
      const found = await step.run({ x: { shape: [2], data: Float32Array.of(run, 4) } });
      assert.deepEqual(
        Object.fromEntries(Object.entries(found).map(([key, { data }]) => [key, [...data]])),
        { x1: [run, 4], f1: [5, 6], f2: [5, 6], w1: [1, 2] },
      );
    }
    for (const each of ["p", "q"]) {
      assert.deepEqual([...(await state.read(each)).get("w")!], [1, 2]);
    }
    await step.dispose();
    state.dispose();
  });

  Deno.test(`${name}: a weight with a wrong count of numbers is named`, async () => {
    const frozen = program({ w: { ...feed([3]), role: "frozen" } }, ({ w }) => ({ y: tf.neg(w) }));
    const device = await openDevice(name);
    const compile = (numbers: Float32Array | undefined) => async () => {
      await device.compile(frozen, { frozen: () => numbers! });
    };
    await refused(compile(new Float32Array(2)), "weights", /"w" has 2 numbers.*\[3\] has 3/);
    await refused(compile(undefined), "weights", /"w" has no numbers/);
  });

  Deno.test(`${name}: a state that is not there is named, and so is one of another device`, async () => {
    const uses = program(
      { "p/w": { ...feed([2]), role: "state" } },
      (all) => ({ y: tf.neg(all["p/w"]) }),
    );
    const device = await openDevice(name);
    await refused(
      async () => await device.compile(uses, bindings),
      "input",
      /no such parts/,
      /p\/w/,
    );
    const slots = [{ name: "v", shape: [2], group: "all" }];
    const state = device.createState(slots, ["p"]);
    await refused(async () => await device.compile(uses, { ...bindings, state }), "input", /p\/w/);
    await refused(
      async () => await state.write("p", new Map([["v", new Float32Array(3)]])),
      "weights",
      /p\/v/,
    );
    const other = (await openDevice(devices.find((each) => each !== name)!)).createState(slots, [
      "p",
    ]);
    await refused(
      async () => await device.compile(uses, { ...bindings, state: other }),
      "device",
      /created by another device/,
    );
    state.dispose();
  });

  Deno.test(`${name}: running out of memory says what to change and keeps the state`, async () => {
    const device = await openDevice(name);
    const state = device.createState([{ name: "w", shape: [2], group: "all" }], ["p"]);
    await state.write("p", new Map([["w", Float32Array.of(1, 2)]]));
    const huge = program(
      { size: feed(["batch"]), "p/w": { ...feed([2]), role: "state" } },
      ({ size, "p/w": w }) => ({
        "p/w": tf.add(w, tf.sum(size)),
        y: tf.sum(tf.exp(tf.tile(tf.reshape(size, [-1, 1, 1]), [1, 1_000_000, 50_000]))),
      }),
    );
    const step = await device.compile(huge, { ...bindings, state });
    await refused(
      () => step.run({ size: { shape: [1], data: Float32Array.of(1) } }),
      "memory",
      /tried/,
      /smaller batchSize/,
    );
    await step.dispose();
    assert.deepEqual((await state.read("p")).get("w")?.length, 2);
    state.dispose();
  });
}

Deno.test("an update wants all of its scalars", async () => {
  for (const name of devices) {
    const device = await openDevice(name);
    const state = device.createState([{ name: "w", shape: [2], group: "all" }], ["p"]);
    const update = await device.compileUpdate({
      name: "scale",
      vectors: ["p"],
      scalars: ["factor"],
      compute({ p }, { factor }) {
        const scaled = tf.mul(p, factor);
        return { p: scaled, total: tf.sum(scaled) };
      },
    }, state);
    await refused(() => update.run({}), "input", /scale: no number for "factor"/);
    await state.write("p", new Map([["w", Float32Array.of(1, 2)]]));
    assert.deepEqual(await update.run({ factor: 2 }), { total: 6 });
    assert.deepEqual(await update.run({ factor: 2 }, "nobody"), {});
    assert.deepEqual([...(await state.read("p")).get("w")!], [2, 4]);
    await update.dispose();
    state.dispose();
  }
});
