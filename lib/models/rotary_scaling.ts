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
export type RotaryScaling = LinearScaling | Llama3Scaling | YarnScaling;

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

/** Turns per token of each pair of numbers of a head, in radians: [size / 2]. */
export function rotaryFrequencies({ theta, scaling }: RotaryFields, size: number): Float32Array {
  const plain = Array.from({ length: size / 2 }, (_, i) => theta ** (-2 * i / size));
  if (!scaling) return Float32Array.from(plain);
  const keptShare = shareOf(scaling, theta, size);
  return Float32Array.from(plain, (frequency, i) => {
    const kept = keptShare(frequency, i);
    return frequency * (kept + (1 - kept) / scaling.factor);
  });
}

/** What rotated queries and keys are multiplied with. */
export function rotaryAmplitude({ scaling }: RotaryFields): number {
  return scaling?.kind === "yarn" ? scaling.amplitude : 1;
}

/** The share of a frequency that is not divided, from the frequency and the number of its pair. */
function shareOf(
  scaling: RotaryScaling,
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
