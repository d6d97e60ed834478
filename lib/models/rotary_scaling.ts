/**
 * How fast rotary positions turn (Su et al., arXiv 2104.09864), and how families slow them for texts
 * that are longer than those they were first trained with.
 *
 * @module
 */

/** How positions turn. */
export interface RotaryFields {
  /** The base of the frequencies. */
  readonly theta: number;
  /** How they are slowed; absent where all frequencies stay as they are. */
  readonly scaling?: RotaryScaling;
}

/** A way of slowing frequencies. */
export type RotaryScaling = FixedScaling | LengthScaling;

/** Ways that are the same for every text. */
export type FixedScaling = LinearScaling | Llama3Scaling | YarnScaling;

/** Ways that look at how many tokens a text has: see `rotary_lengths.ts`. */
export type LengthScaling = DynamicScaling | LongropeScaling;

/** All frequencies are divided by the factor. */
export interface LinearScaling {
  readonly kind: "linear";
  readonly factor: number;
}

/** Slow frequencies are divided by the factor, fast ones stay, and between them it is blended. */
export interface Llama3Scaling {
  readonly kind: "llama3";
  readonly factor: number;
  /** How many turns within the original context still count as slow, and from where on as fast. */
  readonly slow: number;
  readonly fast: number;
  /** Tokens that the model was first trained with. */
  readonly original: number;
}

/** YaRN (Peng et al., arXiv 2309.00071): the blend goes by the pair's number, not by its frequency. */
export interface YarnScaling extends Omit<Llama3Scaling, "kind"> {
  readonly kind: "yarn";
  /** True where the ends of the blend are rounded to whole pairs. */
  readonly isRounded: boolean;
  /** What rotated queries and keys are multiplied with. */
  readonly amplitude: number;
}

/** NTK scaling: the base grows with the text where that is longer than `original`. */
export interface DynamicScaling {
  readonly kind: "dynamic";
  readonly factor: number;
  /** Tokens up to which nothing is slowed. */
  readonly original: number;
}

/** LongRoPE (Ding et al., arXiv 2402.13753): each pair has a divisor for short texts and one for long ones. */
export interface LongropeScaling {
  readonly kind: "longrope";
  /** Divisors of texts of up to `original` tokens, and of longer ones: [size / 2] each. */
  readonly short: readonly number[];
  readonly long: readonly number[];
  readonly original: number;
  /** What rotated queries and keys are multiplied with. */
  readonly amplitude: number;
}

/** Rotary positions that turn alike in every text. */
export interface FixedRotary extends RotaryFields {
  readonly scaling?: FixedScaling;
}

/** Rotary positions that turn by a text's length. */
export interface LengthRotary extends RotaryFields {
  readonly scaling: LengthScaling;
}

/** Whether a text's length says how fast positions turn. */
export function readsLengths(fields: RotaryFields): fields is LengthRotary {
  return fields.scaling?.kind === "dynamic" || fields.scaling?.kind === "longrope";
}

/** Turns per token of each pair where nothing is slowed, in radians: [size / 2]. */
export function plainFrequencies(theta: number, size: number): number[] {
  return Array.from({ length: size / 2 }, (_, i) => theta ** (-2 * i / size));
}

/** Turns per token of each pair of numbers of a head, in radians: [size / 2]. */
export function rotaryFrequencies({ theta, scaling }: FixedRotary, size: number): Float32Array {
  const plain = plainFrequencies(theta, size);
  if (!scaling) return Float32Array.from(plain);
  const keptShare = shareOf(scaling, theta, size);
  return Float32Array.from(plain, (frequency, i) => {
    const kept = keptShare(frequency, i);
    return frequency * (kept + (1 - kept) / scaling.factor);
  });
}

/** What rotated queries and keys are multiplied with. */
export function rotaryAmplitude({ scaling }: RotaryFields): number {
  return scaling?.kind === "yarn" || scaling?.kind === "longrope" ? scaling.amplitude : 1;
}

/** The share of a frequency that is not divided, from the frequency and the number of its pair. */
function shareOf(
  scaling: FixedScaling,
  theta: number,
  size: number,
): (frequency: number, pair: number) => number {
  switch (scaling.kind) {
    case "linear":
      return () => 0;
    case "llama3":
      return (frequency) => {
        const turns = scaling.original * frequency / (2 * Math.PI);
        return between((turns - scaling.slow) / (scaling.fast - scaling.slow));
      };
    case "yarn": {
      const [start, end] = blendedPairs(scaling, theta, size);
      return (_frequency, pair) => 1 - between((pair - start) / (end - start));
    }
  }
}

const between = (share: number) => Math.min(1, Math.max(0, share));
/** Keeps the ends of a blend apart; transformers' number. */
const leastBlend = 0.001;

/** The pairs from which on frequencies are blended and from which on they are divided. */
function blendedPairs(
  { original, fast, slow, isRounded }: YarnScaling,
  theta: number,
  size: number,
): [number, number] {
  // The pair that turns so often within the original context.
  const pairOf = (turns: number) =>
    size * Math.log(original / (turns * 2 * Math.PI)) / (2 * Math.log(theta));
  const start = Math.max(isRounded ? Math.floor(pairOf(fast)) : pairOf(fast), 0);
  const end = Math.min(isRounded ? Math.ceil(pairOf(slow)) : pairOf(slow), size - 1);
  return [start, start === end ? end + leastBlend : end];
}
