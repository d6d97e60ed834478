/**
 * Finds the ranges of values while a program runs over rows.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { HostTensor } from "../program.ts";
import { observedOutput } from "./quantizable_products.ts";
import { entropyRange } from "./entropy_range.ts";
import { countNumbers, emptyHistogram, type Histogram } from "./histogram.ts";
import { percentileRange } from "./percentile_range.ts";
import type { ValueRange } from "./value_range.ts";

/** How a range is chosen. */
export interface RangeChoice {
  /** All numbers, all but the outermost ones, or where the rounded numbers are distributed most like them. */
  readonly by: "minMax" | "percentile" | "entropy";
  /** Of `percentile`: so many numbers of a hundred are in the range. */
  readonly percentile: number;
}

type Results = Readonly<Record<string, HostTensor>>;

/**
 * Collects ranges. Rows are run over once for the ends, and where counts are needed a second time (`passes`), in batches of
 * any size: the ranges are those that onnxruntime.quantization finds with all rows at once.
 */
export class RangeCollector {
  /** How often all rows have to be run. */
  readonly passes: 1 | 2;
  readonly #names: readonly string[];
  readonly #choice: RangeChoice;
  readonly #ends = new Map<string, ValueRange>();
  readonly #histograms = new Map<string, Histogram>();

  constructor(names: readonly string[], choice: RangeChoice) {
    this.#names = names;
    this.#choice = choice;
    this.passes = choice.by === "minMax" ? 1 : 2;
  }

  /** Takes what one batch gave, in the first pass or the second. */
  observe(results: Results, pass: number): void {
    for (const name of this.#names) {
      const numbers = results[observedOutput(name)].data as Float32Array;
      if (pass === 0) this.#widen(name, numbers);
      else countNumbers(this.#histogramOf(name), numbers);
    }
  }

  /** The ranges by the names of the values. */
  ranges(): ReadonlyMap<string, ValueRange> {
    return new Map(this.#names.map((name) => [name, this.#rangeOf(name)]));
  }

  #widen(name: string, numbers: Float32Array): void {
    let { low, high } = this.#ends.get(name) ?? { low: Infinity, high: -Infinity };
    for (const number of numbers) {
      if (!Number.isFinite(number)) {
        throw new TunebookError(
          "output",
          `the calibration rows make the model compute ${number} (${name}), which has no place in eight bits; ` +
            "look for what diverged in the training, or write another dtype",
        );
      }
      if (number < low) low = number;
      if (number > high) high = number;
    }
    this.#ends.set(name, { low, high });
  }

  #histogramOf(name: string): Histogram {
    const { low, high } = this.#ends.get(name)!;
    const known = this.#histograms.get(name) ??
      emptyHistogram(Math.max(Math.abs(low), Math.abs(high)));
    this.#histograms.set(name, known);
    return known;
  }

  #rangeOf(name: string): ValueRange {
    const ends = this.#ends.get(name)!;
    const histogram = this.#histograms.get(name);
    if (!histogram || ends.low === ends.high) return ends;
    const { low, high } = this.#choice.by === "entropy"
      ? entropyRange(histogram)
      : percentileRange(histogram, this.#choice.percentile);
    return { low: Math.max(low, ends.low), high: Math.min(high, ends.high) };
  }
}
