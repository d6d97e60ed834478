/**
 * The norms of what linear layers are given over some rows, and how much layers change, as programs give them batch by
 * batch.
 *
 * @module
 */
import { blockInfluence, blockSimilarityProgram } from "../../combine/prune/block_influence.ts";
import { inputSquaresProgram } from "../../combine/prune/input_norms.ts";
import type { Device, HostTensor, Program } from "../../engine/mod.ts";
import { frozenOf } from "../../nn/trainable_model.ts";
import type { CalibrationRows } from "./calibration_rows.ts";

const batchSize = 16;

/** The Euclidean norm of each input of some linear layers over all tokens of the rows, by the layers' paths. */
export async function inputNorms(
  rows: CalibrationRows,
  paths: readonly string[],
  device: Device,
): Promise<ReadonlyMap<string, Float64Array>> {
  const sums = new Map<string, Float64Array>();
  const program = inputSquaresProgram(rows.trainable, paths);
  for await (const found of resultsOf(program, rows, device)) {
    for (const path of paths) {
      const squares = found[path].data as Float32Array;
      const sum = sums.get(path) ?? new Float64Array(squares.length);
      squares.forEach((square, at) => sum[at] += square);
      sums.set(path, sum);
    }
  }
  return new Map([...sums].map(([path, squares]) => [path, squares.map(Math.sqrt)]));
}

/** How much each layer changes its input over the rows. */
export async function layerInfluence(
  rows: CalibrationRows,
  device: Device,
): Promise<Float64Array> {
  const batches: { similarity: Float32Array; tokens: number }[] = [];
  const program = blockSimilarityProgram(rows.trainable.model);
  for await (const { similarity, tokens } of resultsOf(program, rows, device)) {
    batches.push({ similarity: similarity.data as Float32Array, tokens: tokens.data[0] as number });
  }
  return blockInfluence(batches);
}

/** What a program gives for each batch. */
async function* resultsOf(
  program: Program,
  { examples, trainable }: CalibrationRows,
  device: Device,
): AsyncGenerator<Record<string, HostTensor>> {
  const compiled = await device.compile(program, { frozen: frozenOf(trainable) });
  try {
    const { length } = examples.lengths;
    const byLength = Array.from({ length }, (_, at) => at)
      .sort((one, other) => examples.lengths[other] - examples.lengths[one]);
    for (let start = 0; start < length; start += batchSize) {
      yield await compiled.run(await examples.feedsOf(byLength.slice(start, start + batchSize)));
    }
  } finally {
    await compiled.dispose();
  }
}
