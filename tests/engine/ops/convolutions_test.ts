/** Convolutions, pools, resizes and norms of maps against PyTorch's numbers. */
import assert from "node:assert/strict";
import * as ops from "../../../lib/engine/ops/mod.ts";
import { openDevice } from "../../../lib/engine/devices/open_device.ts";
import type { HostTensor, Program } from "../../../lib/engine/program.ts";
import { type Tensor, tf } from "../../../lib/engine/tf.ts";
import { valueAndGradients } from "../../../lib/engine/value_and_gradients.ts";
import { gpuLack } from "../devices/gpu_lack.ts";
import golden from "../../golden/convolutions.json" with { type: "json" };

/** A case of tests/golden/make_convolutions.py. */
interface GoldenCase {
  readonly op: string;
  readonly name: string;
  readonly options: Record<string, unknown>;
  readonly inputs: readonly { readonly shape: number[]; readonly data: number[] }[];
  readonly output: { readonly shape: number[]; readonly data: number[] };
  readonly gradients: readonly (number[] | null)[];
}

const cases = golden.cases as unknown as GoldenCase[];
const factors = [0.7, -1.3, 0.4, 1.9, -0.6];
/** Absolute, or relative to the number where that is larger than 1. */
const tolerance = 1e-5;

// deno-lint-ignore no-explicit-any
type Options = any;

/** How each op of the golden file is called. */
const calls: Record<string, (inputs: Tensor[], options: Options) => Tensor> = {
  conv2d: ([x, weight], options) => ops.conv2d(x, weight, options),
  convTranspose2d: ([x, weight], options) => ops.convTranspose2d(x, weight, options),
  maxPool2d: ([x], options) => ops.maxPool2d(x, options),
  avgPool2d: ([x], options) => ops.avgPool2d(x, options),
  resize2d: ([x], { mode, alignCorners = false, ...target }) =>
    ops.resize2d(x, target, { mode, alignCorners }),
  groupNorm: ([x, scale, offset], options) => ops.groupNorm(x, scale, offset, options),
  frozenBatchNorm: ([x, scale, offset, mean, variance], { epsilon }) =>
    ops.frozenBatchNorm(x, { scale, offset, mean, variance }, epsilon),
  batchNorm: ([x, scale, offset], { epsilon }) => ops.batchNorm(x, scale, offset, epsilon).value,
};

function programOf({ op, name, options, inputs, output }: GoldenCase): Program {
  const specs: Record<string, Program["inputs"][string]> = {
    by: { role: "feed", type: "float32", shape: output.shape },
  };
  inputs.forEach(({ shape }, i) => specs[`in${i}`] = { role: "feed", type: "float32", shape });
  return {
    name: `${op} (${name})`,
    inputs: specs,
    compute({ by, ...given }) {
      const tensors = inputs.map((_, i) => given[`in${i}`]);
      const run = () => calls[op](tensors, options);
      const { gradients } = valueAndGradients(() => tf.sum(tf.mul(run(), by)), given);
      const named = Object.entries(gradients).map(([name, each]) => [`by ${name}`, each]);
      return { output: run(), ...Object.fromEntries(named) };
    },
  };
}

function feedsOf({ inputs, output }: GoldenCase): Record<string, HostTensor> {
  const by = Float32Array.from(output.data, (_, i) => factors[i % factors.length]);
  return {
    by: { shape: output.shape, data: by },
    ...Object.fromEntries(
      inputs.map(({ shape, data }, i) => [`in${i}`, { shape, data: Float32Array.from(data) }]),
    ),
  };
}

function differenceOf({ shape, data }: HostTensor, wanted: number[], like: number[]): string {
  assert.deepEqual([...shape], like);
  const worst = wanted.map((each, i) => Math.abs(data[i] - each) / Math.max(1, Math.abs(each)))
    .reduce((a, b) => Math.max(a, b), 0);
  return worst <= tolerance ? "" : ` ${worst}`;
}

const lack = await gpuLack();

for (const device of ["cpu", "tfjs:cpu", "tfjs:wasm", "webgpu"]) {
  for (const [op, group] of Map.groupBy(cases, ({ op }) => op)) {
    const reason = device === "webgpu" ? lack : undefined;
    const name = `ops.${op} and its gradients are PyTorch's on ${device}${
      reason ? ` (${reason})` : ""
    }`;
    Deno.test({ name, ignore: reason !== undefined }, async () => {
      const wrong: string[] = [];
      for (const each of group) {
        const program = programOf(each);
        const compiled = await (await openDevice(device)).compile(program, {
          frozen: () => new Float32Array(),
        });
        const found = await compiled.run(feedsOf(each));
        await compiled.dispose();
        const differences = [
          ["output", differenceOf(found.output, each.output.data, each.output.shape)],
          ...each.gradients.flatMap((wanted, i) => {
            const { shape } = each.inputs[i];
            return wanted ? [[`by ${i}`, differenceOf(found[`by in${i}`], wanted, shape)]] : [];
          }),
        ].filter(([, difference]) => difference !== "");
        if (differences.length > 0) wrong.push(`${program.name}: ${differences.join("; ")}`);
      }
      assert.deepEqual(wrong, []);
    });
  }
}
