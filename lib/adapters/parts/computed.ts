/**
 * What a method's own network makes of its trained tensors, for a file that holds only the result.
 *
 * @module
 */
import { openDevice, type Tensor } from "../../engine/mod.ts";
import type { HookContext, Parameter } from "../../nn/method.ts";

/** Runs `compute` in evaluation mode on trained values and gives its numbers, row by row. */
export async function computed(
  parameters: readonly Parameter[],
  values: ReadonlyMap<string, Float32Array>,
  compute: (context: HookContext) => Tensor,
): Promise<Float32Array> {
  const device = await openDevice("cpu");
  const step = await device.compile({
    name: "network",
    inputs: Object.fromEntries(
      parameters.map(({ name, shape }) => [name, { role: "feed", type: "float32", shape }]),
    ),
    compute: (given) => ({
      made: compute({
        parameter: (name) => given[name],
        weight: (path) => given[path],
        dropout: (x) => x,
      }),
    }),
  }, {
    frozen: (name) => {
      throw new Error(`the network has no frozen tensor ${name}`);
    },
  });
  const feeds = Object.fromEntries(
    parameters.map(({ name, shape }) => [name, { shape, data: values.get(name)! }]),
  );
  try {
    return Float32Array.from((await step.run(feeds)).made.data);
  } finally {
    await step.dispose();
  }
}
