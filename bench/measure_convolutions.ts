/**
 * Convolutions and their gradients in one thread, with weights that are fed and that are frozen, and by
 * PyTorch with channels last, in turns; milliseconds of processor time:
 *
 *     deno run -A bench/measure_convolutions.ts PYTHON [BATCH] [TURNS]
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { fileURLToPath } from "node:url";
import { Random } from "../lib/core/random.ts";
import { textTable } from "../lib/core/text_table.ts";
import { onnxRuntime } from "../lib/engine/devices/onnx_runtime.ts";
import { type InputSpec, ops, type Program, sizeOf, type Tensor, tf } from "../lib/engine/mod.ts";
import shapes from "./convolution_shapes.json" with { type: "json" };
import { median } from "./median.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";

const [python = "python3", batch = "4", turns = "3"] = Deno.args;
const rounds = 5;
const device = onnxRuntime("cpu", undefined, { threads: 1 });

type Shape = typeof shapes[number];

function numbers(shape: readonly number[]): Float32Array {
  const random = Random.fromSeed(1, "numbers");
  return Float32Array.from({ length: sizeOf(shape) }, () => random.uniform() - 0.5);
}

/** Times a convolution, or its gradient by one of its tensors. */
async function timed(
  { channels: [inputs, outputs], size, kernel, stride, groups }: Shape,
  by: "forward" | "x" | "weight",
  isFrozen: boolean,
): Promise<number> {
  const images = Number(batch);
  const windows = Math.floor((size - 1) / stride) + 1;
  const all = {
    x: [images, inputs, size, size],
    weight: [outputs, inputs / groups, kernel, kernel],
    dy: [images, outputs, windows, windows],
  };
  const read = { forward: ["x", "weight"], x: ["dy", "weight"], weight: ["x", "dy"] }[by];
  const specs = read.map((name): [string, InputSpec] => [name, {
    role: isFrozen && name === "weight" ? "frozen" : "feed",
    type: "float32",
    shape: all[name as keyof typeof all],
  }]);
  const program: Program = {
    name: `convolution ${by}`,
    inputs: Object.fromEntries(specs),
    compute(given) {
      const options = { stride, padding: Math.floor(kernel / 2), groups };
      const { x = tf.zeros(all.x), weight = tf.zeros(all.weight), dy } = given as Record<
        string,
        Tensor
      >;
      const y = by === "forward"
        ? ops.conv2d(x, weight, options)
        : tf.grads((x: Tensor, weight: Tensor) => ops.conv2d(x, weight, options))(
          [x, weight],
          dy,
        )[by === "x" ? 0 : 1];
      // One number leaves the program: the memory of outputs is made anew in each run.
      return { y: tf.slice(y, [0, 0, 0, 0], [1, 1, 1, 1]) };
    },
  };
  const step = await device.compile(program, {
    frozen: () => numbers(all.weight),
  });
  const feeds = Object.fromEntries(
    specs.filter(([, { role }]) => role === "feed").map(([name]) => {
      const shape = all[name as keyof typeof all];
      return [name, { shape, data: numbers(shape) }];
    }),
  );
  const found: number[] = [];
  for (let round = 0; round <= rounds; round++) {
    const before = cpuUsage();
    await step.run(feeds);
    if (round > 0) found.push(processorMilliseconds(before));
  }
  await step.dispose();
  return median(found);
}

async function peers(): Promise<Record<string, number>[]> {
  const script = fileURLToPath(new URL("./peer_convolutions.py", import.meta.url));
  const { stdout } = await new Deno.Command(python, {
    args: [script, batch, `${rounds}`],
    stderr: "inherit",
  }).output();
  return new TextDecoder().decode(stdout).trim().split("\n").map((line) => JSON.parse(line));
}

const found = shapes.map(() => new Map<string, number[]>());
const take = (at: number, name: string, milliseconds: number) =>
  found[at].set(name, [...found[at].get(name) ?? [], milliseconds]);
for (let turn = 0; turn < Number(turns); turn++) {
  for (const [at, shape] of shapes.entries()) {
    take(at, "forward", await timed(shape, "forward", false));
    take(at, "forward, frozen", await timed(shape, "forward", true));
    take(at, "by x", await timed(shape, "x", false));
    take(at, "by x, frozen", await timed(shape, "x", true));
    take(at, "by weight", await timed(shape, "weight", false));
  }
  for (const [at, peer] of (await peers()).entries()) {
    for (const [name, milliseconds] of Object.entries(peer)) {
      take(at, `PyTorch, ${name}`, milliseconds);
    }
  }
}
const head = ["layer", "channels", "size", ...found[0].keys()];
console.log(textTable(
  head,
  shapes.map(({ layer, channels, size }, at) => [
    layer,
    channels.join(" → "),
    `${size}`,
    ...[...found[at].values()].map((each) => median(each).toFixed(1)),
  ]),
));
