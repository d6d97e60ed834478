/**
 * The shapes of all tensors of a graph for an image of a size, found by tracing it: nothing is computed.
 *
 * @module
 */
import { type InputSpec, type Program, tf, trace } from "../../engine/mod.ts";
import { createNet } from "../../nn/create_net.ts";
import { weightsOf } from "../../nn/layer.ts";
import type { GraphModel } from "./graph_model.ts";
import { runGraph } from "./run_graph.ts";

/** Images of the trace: more than one, which a graph may have been made for. */
export const tracedImages = 2;

/**
 * Tensor → its shape, the batch being `tracedImages`.
 *
 * @param skips true to leave out what cannot be traced, with all that depends on it, instead of an error
 */
export function graphShapes(
  graph: GraphModel,
  [height, width]: readonly [number, number],
  { skips = false }: { readonly skips?: boolean } = {},
): ReadonlyMap<string, readonly number[]> {
  const shapes = new Map<string, readonly number[]>();
  const shape = [tracedImages, graph.input.channels, height, width];
  const weights = graph.layers.flatMap(weightsOf).map(({ path, shape }): [string, InputSpec] => [
    path,
    { role: "frozen", type: "float32", shape },
  ]);
  const program: Program = {
    name: "the shapes of a graph",
    inputs: {
      pixel_values: { role: "feed", type: "float32", shape },
      ...Object.fromEntries(weights),
    },
    compute({ pixel_values, ...tensors }) {
      const net = createNet({ tensor: (path) => tensors[path] });
      const found = (name: string, value: { readonly shape: readonly number[] }) =>
        void shapes.set(name, [...value.shape]);
      runGraph(net, graph, pixel_values, [], { found, skips });
      return { image: tf.relu(pixel_values) };
    },
  };
  trace(program, () => new Float32Array(), { plain: true });
  return shapes;
}
