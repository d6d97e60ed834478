/**
 * Whether memory grows: a line through the samples after a warm-up.
 *
 * @module
 */

/** The memory of a process at a moment, in MiB. */
export interface MemorySample {
  /** Steps or runs that were done. */
  readonly at: number;
  /** All that the system gave it. */
  readonly resident: number;
  /** Of V8's objects, and of arrays outside its heap. */
  readonly heap: number;
  readonly buffers: number;
}

/** A line through samples. */
export interface Growth {
  /** MiB that a step or a run adds, and its standard error. */
  readonly slope: number;
  readonly error: number;
  /** Samples that the line was laid through, and where the first stands. */
  readonly samples: number;
  readonly from: number;
}

/** Half the width of a 95 % interval in standard errors. */
const deviations = 1.96;

/**
 * The least-squares line through the resident memory of the samples after the warm-up. The error
 * takes neighbouring samples for independent, which memory is not: it is too small rather than too
 * large.
 *
 * @param warmUp the share of the samples at the start that is left out
 */
export function growthOf(samples: readonly MemorySample[], warmUp: number): Growth {
  const kept = samples.slice(Math.floor(warmUp * samples.length));
  if (kept.length < 3) throw new RangeError(`${kept.length} samples make no line`);
  const mean = (of: (sample: MemorySample) => number) =>
    kept.reduce((sum, each) => sum + of(each), 0) / kept.length;
  const [centre, level] = [mean(({ at }) => at), mean(({ resident }) => resident)];
  const spread = kept.reduce((sum, { at }) => sum + (at - centre) ** 2, 0);
  const slope = kept.reduce(
    (sum, { at, resident }) => sum + (at - centre) * (resident - level),
    0,
  ) / spread;
  const left = kept.reduce(
    (sum, { at, resident }) => sum + (resident - level - slope * (at - centre)) ** 2,
    0,
  );
  const error = Math.sqrt(left / (kept.length - 2) / spread);
  return { slope, error, samples: kept.length, from: kept[0].at };
}

/**
 * What a line says: `grows` where even its low end lies above the limit, `steady` where its high end
 * does not, `unclear` between the two.
 *
 * @param limit MiB for each step or run that are taken for none
 */
export function verdictOn({ slope, error }: Growth, limit: number): "grows" | "steady" | "unclear" {
  if (slope - deviations * error > limit) return "grows";
  return slope + deviations * error <= limit ? "steady" : "unclear";
}
