/**
 * Runs a graph as it is, without any pass of tunebook's or of the runtime's own.
 *
 * @module
 */
import * as ort from "onnxruntime-node";
import { Random } from "../../lib/core/random.ts";
import type { Graph } from "../../lib/engine/graph.ts";
import { sizeOf } from "../../lib/engine/value.ts";
import { writeOnnx } from "../../lib/engine/onnx_writer.ts";
import type { HostTensor } from "../../lib/engine/program.ts";

/** The outputs for `given` inputs, or else for floats that depend only on their position. */
export async function runGraph(
  graph: Graph,
  given?: Readonly<Record<string, HostTensor>>,
): Promise<Record<string, HostTensor>> {
  const session = await ort.InferenceSession.create(writeOnnx(graph).bytes, {
    graphOptimizationLevel: "disabled",
    intraOpNumThreads: 1,
  });
  const feeds: Record<string, ort.Tensor> = {};
  for (const [i, { name, type, shape }] of graph.inputs.entries()) {
    if (given) {
      const { data, shape } = given[name];
      feeds[name] = new ort.Tensor(type as "float32", data as Float32Array, shape);
      continue;
    }
    const random = Random.fromSeed(i, "input");
    const data = Float32Array.from({ length: sizeOf(shape) }, () => 2 * random.uniform() - 1);
    feeds[name] = new ort.Tensor("float32", data, shape);
  }
  const results = await session.run(feeds);
  await session.release();
  return Object.fromEntries(
    Object.entries(results).map(([name, tensor]) => {
      const { dims, data } = tensor as ort.Tensor;
      return [name, { shape: dims, data: data as Float32Array }];
    }),
  );
}
