/**
 * Runs a model over variants of one input: with features left out, and at points between the input and the baseline.
 *
 * @module
 */
import type { HostTensor } from "../../engine/mod.ts";
import { pauses } from "../../core/pauses.ts";
import type { Feeds } from "../../nn/feeds.ts";
import type { TargetScore } from "./explained.ts";
import type { ExplainPrograms } from "./explain_programs.ts";
import { type ExplainedLayer, points } from "./layer_gradients.ts";
import { targetFeeds, type TargetTerm } from "./target_terms.ts";

/** A target and how its sum becomes a probability. */
export interface ExplainTarget {
  readonly terms: readonly TargetTerm[];
  /**
   * The softmax at each place (`single`), each output by itself (`multi`), the number (`regression`), or the softmax of
   * an output over the places that have a term of it with weight 0 (`span`).
   */
  readonly kind: "single" | "multi" | "regression" | "span";
}

/** What all variants of an input share. */
export interface VariantsOptions {
  readonly programs: ExplainPrograms;
  readonly target: ExplainTarget;
  /** Tokens, or 1 for an image: how many rows of features the head may read of each input. */
  readonly sequence: number;
  /** Tokens or patches, by which it is decided how many variants run at once. */
  readonly units: number;
  readonly signal?: AbortSignal | undefined;
}

/** The target of so many variants; `feedsOf` makes the feeds of some of them. */
export async function scoresOfVariants(
  count: number,
  feedsOf: (from: number, to: number) => Feeds,
  { programs, target, sequence, units, signal }: VariantsOptions,
): Promise<TargetScore[]> {
  const scores: TargetScore[] = [];
  const atOnce = programs.rowsAtOnce(units);
  const pause = pauses(signal);
  for (let from = 0; from < count; from += atOnce) {
    await pause();
    const to = Math.min(count, from + atOnce);
    const asked = termFeeds(target, to - from, sequence, programs);
    const found = await programs.run("scores", { ...feedsOf(from, to), ...asked });
    scores.push(...scoresIn(found, target));
  }
  return scores;
}

/** What points are, and what is fed beside them. */
export interface PointsInput {
  /** Where they are, as programs call it. */
  readonly layer: ExplainedLayer;
  /** The shape of one. */
  readonly shape: readonly number[];
  /** What is fed beside so many points. */
  feedsOf(batch: number): Feeds;
}

/** The gradients at points, in their order. */
export async function gradientsAtPoints(
  all: Iterable<Float32Array>,
  input: PointsInput,
  each: (gradient: Float32Array, point: number) => void,
  options: VariantsOptions,
): Promise<void> {
  let done = 0;
  for await (const { rows, found } of runsAtPoints("gradients", all, input, options)) {
    const data = found.gradients.data as Float32Array;
    const size = data.length / rows;
    for (let at = 0; at < rows; at++) each(data.subarray(at * size, (at + 1) * size), done++);
  }
}

/** The target's sums at points, in their order. */
export async function sumsAtPoints(
  all: Iterable<Float32Array>,
  input: PointsInput,
  options: VariantsOptions,
): Promise<number[]> {
  const sums: number[] = [];
  for await (const { found } of runsAtPoints("sums", all, input, options)) {
    sums.push(...found.sums.data as Float32Array);
  }
  return sums;
}

/** Runs a program over points, as many at once as the device computes best. */
async function* runsAtPoints(
  what: "gradients" | "sums",
  all: Iterable<Float32Array>,
  { layer, shape, feedsOf }: PointsInput,
  { programs, target, sequence, units, signal }: VariantsOptions,
): AsyncIterable<{ rows: number; found: Readonly<Record<string, HostTensor>> }> {
  const pause = pauses(signal);
  for (const batch of inBatches(all, programs.rowsAtOnce(units))) {
    await pause();
    const rows = batch.length;
    const size = batch[0].length;
    const data = new Float32Array(rows * size);
    batch.forEach((point, at) => data.set(point, at * size));
    const found = await programs.run(`${what} at ${layer}`, {
      ...feedsOf(rows),
      [points]: { shape: [rows, ...shape], data },
      ...termFeeds(target, rows, sequence, programs),
    });
    yield { rows, found };
  }
}

function* inBatches<Item>(items: Iterable<Item>, size: number): Iterable<Item[]> {
  let batch: Item[] = [];
  for (const item of items) {
    batch.push(item);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}

/** The target's feeds for so many rows. */
export function termFeeds(
  { terms }: Pick<ExplainTarget, "terms">,
  batch: number,
  sequence: number,
  { trainable: { model, objective } }: ExplainPrograms,
): Feeds {
  const outputs = objective.head.name === "language"
    ? (model.config as { vocabSize?: number }).vocabSize ?? objective.outputs
    : objective.head.outputs;
  return targetFeeds(terms, { batch, sequence, outputs });
}

function scoresIn(
  { logits, normalisers }: Readonly<Record<string, HostTensor>>,
  { terms, kind }: ExplainTarget,
): TargetScore[] {
  const count = terms.length;
  return Array.from({ length: logits.shape[0] }, (_, row) => {
    const own = (of: HostTensor, at: number) => Number(of.data[row * count + at]);
    const sum = terms.reduce((all, { weight }, at) => all + weight * own(logits, at), 0);
    return { sum, probability: probabilityOf(sum) };

    function probabilityOf(sum: number): number {
      if (kind === "regression") return sum;
      const isContrast = terms.some(({ weight }) => weight < 0);
      if (kind === "multi" || isContrast) return 1 / (1 + Math.exp(-sum));
      if (kind === "span") return spanProbability(terms, (at) => own(logits, at));
      return Math.exp(
        terms.reduce((all, _, at) => all + own(logits, at) - own(normalisers, at), 0),
      );
    }
  });
}

/** The product over the terms that count of their shares among all places of the same output. */
function spanProbability(terms: readonly TargetTerm[], logitOf: (at: number) => number): number {
  return terms.reduce((product, { weight, output }, at) => {
    if (weight === 0) return product;
    const all = terms.reduce(
      (sum, other, choice) =>
        other.output === output && other.weight === 0
          ? sum + Math.exp(logitOf(choice) - logitOf(at))
          : sum,
      0,
    );
    return product / all;
  }, 1);
}
