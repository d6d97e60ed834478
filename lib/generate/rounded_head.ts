/**
 * The vocabulary's head in eight bits, for models whose other matrices are in whole numbers, too: it is the
 * largest matrix that a token is multiplied with.
 *
 * @module
 */
import type { QuantizedWeight } from "../engine/mod.ts";
import type { Continued } from "../nn/continuation_program.ts";
import { stackOf } from "../nn/encoder.ts";
import { weightsOf } from "../nn/layer.ts";
import { modelHead, modelWeights } from "../nn/model.ts";
import { trainedWeights } from "../nn/trained.ts";
import { quantizeWeight } from "../weights/quantize_weight.ts";

const format = "int8";

/**
 * The same model with its head rounded; as it is where nothing else is in whole numbers, and where a method
 * has to do with the head's matrix.
 */
export function roundedHead(continued: Continued): Continued {
  const { model, adapter } = continued;
  const { quantized, headRequest, config, family, weights } = model;
  if (![...quantized?.values() ?? []].some((each) => each.format.startsWith("int"))) {
    return continued;
  }
  const own = modelHead(model).layers(config, headRequest.outputs).flatMap(weightsOf)
    .find(({ path }) => path.endsWith(".weight"));
  const path = own?.path ?? `${stackOf(family).wordTable}.weight`;
  const table = modelWeights(model).find((each) => each.path === path);
  if (!table || quantized!.has(path) || isChanged(continued, path)) return continued;
  const rounded = new Map<string, QuantizedWeight>([
    [path, quantizeWeight(format, table.shape, () => weights.get(path)!)],
  ]);
  return {
    adapter,
    model: own
      ? { ...model, quantized: new Map([...quantized!, ...rounded]) }
      : { ...model, products: rounded },
  };
}

/** Whether a method trains or replaces the matrix, or computes with the whole of it. */
function isChanged({ model, adapter }: Continued, path: string): boolean {
  const { weight, targets, frozen = [] } = adapter;
  const layer = path.replace(/\.weight$/, "");
  return trainedWeights(model, adapter).some((each) => each.path === path) ||
    frozen.some(({ name }) => name === path) ||
    weight !== undefined && (targets?.includes(layer) ?? true);
}
