/**
 * The shape of what a model's head gives.
 *
 * @module
 */
import { trace } from "../engine/mod.ts";
import { batchInputs } from "./batch_inputs.ts";
import { createNet } from "./create_net.ts";
import { headResults } from "./head_results.ts";
import type { Model } from "./model.ts";
import { weightInputs } from "./trainable_model.ts";

/**
 * The shape for one input, without the batch: [outputs], of maps [outputs, height, width], of queries [queries,
 * outputs]. The forward pass is traced, which computes nothing. For heads of image models.
 */
export function resultShape(model: Model): readonly number[] {
  const { inputs, names } = weightInputs({
    model,
    adapter: { parameters: [], trains: () => false },
  });
  const weights = Object.entries(inputs).map(([name, spec]) =>
    [name, { ...spec, role: "frozen" }] as const
  );
  let shape: readonly number[] = [];
  trace(
    {
      name: "result",
      inputs: { ...batchInputs(model), ...Object.fromEntries(weights) },
      compute(given) {
        const tensor = (path: string) => given[names.get(path)!];
        const net = createNet({ tensor, quantized: model.quantized });
        const result = headResults(net, { model, objective: { head: model.headRequest } }, given);
        shape = result.shape.slice(1);
        return { result };
      },
    },
    () => new Float32Array(),
    { plain: true },
  );
  return shape;
}
