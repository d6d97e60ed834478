/**
 * The scales of image and noise at each training step.
 *
 * @module
 */

/** How the variance that each step adds grows. */
export type BetaSchedule = "linear" | "scaled_linear" | "squaredcos_cap_v2";

/** The names of `BetaSchedule`. */
export const betaSchedules: readonly BetaSchedule[] = [
  "linear",
  "scaled_linear",
  "squaredcos_cap_v2",
];

/** The variance that the steps of a diffusion add. */
export interface BetaOptions {
  /**
   * `linear` (Ho et al.), `scaled_linear` (linear in the square root, latent diffusion) or
   * `squaredcos_cap_v2` (Nichol and Dhariwal, arXiv 2102.09672). Default `linear`.
   */
  readonly betaSchedule?: BetaSchedule;
  /** The variance that the first step adds; the cosine takes none. Default 0.0001. */
  readonly betaStart?: number;
  /** The variance that the last step adds; the cosine takes none. Default 0.02. */
  readonly betaEnd?: number;
  /** Whether the last step is all noise (Lin et al., arXiv 2305.08891). Default false. */
  readonly zeroTerminalSnr?: boolean;
}

/** Of diffusers' schedulers, and of Ho et al. */
export const defaultBetas = { start: 1e-4, end: 0.02 };
/** Of the cosine: the offset at its start and the largest beta. */
const cosine = { offset: 0.008, maxBeta: 0.999 };

/** Scales of image and noise, [trainTimesteps] each. */
interface Scales {
  readonly signal: Float64Array;
  readonly noise: Float64Array;
}

/** Scales whose squares add up to 1. */
export function variancePreservingScales(steps: number, options: BetaOptions): Scales {
  const squares = signalSquares(betasOf(steps, options));
  const signal = Float64Array.from(squares, (square) => Math.sqrt(square));
  if (options.zeroTerminalSnr) {
    const ended = withoutTerminalSignal(signal);
    return { signal: ended, noise: ended.map((scale) => Math.sqrt(1 - scale * scale)) };
  }
  return { signal, noise: Float64Array.from(squares, (square) => Math.sqrt(1 - square)) };
}

/** Scales that add up to 1. */
export function flowScales(steps: number, shift: number): Scales {
  const noise = Float64Array.from(
    { length: steps },
    (_, step) => shifted((step + 1) / steps, shift),
  );
  return { signal: noise.map((scale) => 1 - scale), noise };
}

/** A noise scale of a flow that is moved towards noise: s·t / (1 + (s − 1)·t). */
export function shifted(noise: number, shift: number): number {
  return shift * noise / (1 + (shift - 1) * noise);
}

/**
 * The square of the image's scale at each step, diffusers' `alphas_cumprod`. PyTorch multiplies float32
 * factors in double precision.
 */
function signalSquares(betas: Float32Array): Float32Array {
  let product = 1;
  return betas.map((beta) => product *= Math.fround(1 - beta));
}

function betasOf(
  steps: number,
  {
    betaSchedule = "linear",
    betaStart: start = defaultBetas.start,
    betaEnd: end = defaultBetas.end,
  }: BetaOptions,
): Float32Array {
  if (betaSchedule === "linear") return evenly(start, end, steps);
  if (betaSchedule === "scaled_linear") {
    return evenly(Math.sqrt(start), Math.sqrt(end), steps).map((root) => root * root);
  }
  const product = (share: number) =>
    Math.cos((share + cosine.offset) / (1 + cosine.offset) * Math.PI / 2) ** 2;
  return Float32Array.from(
    { length: steps },
    (_, i) => Math.min(1 - product((i + 1) / steps) / product(i / steps), cosine.maxBeta),
  );
}

/** PyTorch's `linspace` in float32, which counts the second half from the end. */
function evenly(start: number, end: number, count: number): Float32Array {
  const [first, last] = Float32Array.of(start, end);
  const step = Math.fround(Math.fround(last - first) / (count - 1));
  return Float32Array.from(
    { length: count },
    (_, i) => i < Math.floor(count / 2) ? first + step * i : last - step * (count - 1 - i),
  );
}

/** Algorithm 1 of Lin et al.: scales are moved so that the last is 0, and stretched so that the first stays. */
function withoutTerminalSignal(signal: Float64Array): Float64Array {
  const [first, last] = [signal[0], signal[signal.length - 1]];
  return signal.map((scale) => (scale - last) * first / (first - last));
}
