/**
 * Adapters that are trained on tiny models, and comparing what they predict.
 *
 * @module
 */
import assert from "node:assert/strict";
import {
  adapter,
  type DataOptions,
  type Method,
  model,
  type Prediction,
  tableFromRows,
} from "tunebook";
import type { QuantizationFormat } from "../../../lib/engine/mod.ts";
import { reviews } from "../tiny.ts";

/** A run that prints nothing. */
export const quiet = { quiet: true };
/** A short training. */
export const settings = { epochs: 1, learningRate: 3e-3, batchSize: 8 };
/** What is predicted. */
export const texts = [
  "the film was superb",
  "awful price and poor service",
  "it was food",
  "very sad",
];
/** Reviews with all of their labels. */
export const table = (rows: number) =>
  tableFromRows(reviews(rows).map((row) => ({ ...row })), "reviews");

/** Trains and saves an adapter; gives what the run itself predicts. */
export async function trained(
  reference: string,
  folder: string,
  method: Method,
  columns: Pick<DataOptions, "label" | "kind" | "separator">,
  quantize?: QuantizationFormat,
): Promise<Prediction[]> {
  const result = await model(reference, quantize ? { quantize } : {})
    .data(table(60), { text: "text", ...columns })
    .adapt(method).train(settings).deploy(adapter(folder)).run(quiet);
  try {
    return await result.predict(texts);
  } finally {
    await result.dispose();
  }
}

/** The same labels, and probabilities up to rounding. */
export function assertSame(found: readonly Prediction[], expected: readonly Prediction[]): void {
  assert.equal(found.length, expected.length);
  found.forEach(({ text, label, probabilities }, row) => {
    assert.equal(text, expected[row].text);
    assert.deepEqual(Object.keys(probabilities), Object.keys(expected[row].probabilities));
    if (typeof label !== "number") assert.deepEqual(label, expected[row].label);
    for (const [name, value] of Object.entries(probabilities)) {
      const difference = Math.abs(value - expected[row].probabilities[name]);
      assert.ok(difference < 1e-4, `${name} of row ${row} differs by ${difference}`);
    }
  });
}
