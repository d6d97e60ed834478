/**
 * Rotary positions (Su et al., arXiv 2104.09864) as transformers computes them, with Llama 3's
 * stretching of slow frequencies for longer contexts.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import type { ConfigReader, configReader } from "../nn/config_reader.ts";

/** How positions turn. */
export interface RotaryFields {
  readonly theta: number;
  /** Llama 3's stretching; absent where all frequencies stay as they are. */
  readonly stretched?: Stretching;
}

/** By how much slow frequencies are divided, and which are slow. */
export interface Stretching {
  readonly factor: number;
  /** How many turns within the original context still count as slow, and from where on as fast. */
  readonly slow: number;
  readonly fast: number;
  /** Tokens that the model was first trained with. */
  readonly original: number;
}

/**
 * Reads `rope_parameters` (transformers from 5 on) or `rope_theta` with `rope_scaling`, and gives the
 * reader for all other fields, so that mistakes come together. Where both are given, `rope_scaling` counts
 * alone, as in transformers. Kinds other than `default` and `llama3` are mistakes.
 */
export function readRotaryFields(
  json: Readonly<Record<string, unknown>>,
  reader: typeof configReader,
): { read: ConfigReader; rotary: RotaryFields } {
  const isGiven = Object.keys(json.rope_scaling ?? {}).length > 0;
  const name = isGiven || !json.rope_parameters ? "rope_scaling" : "rope_parameters";
  const nested = (json[name] ?? {}) as Readonly<Record<string, unknown>>;
  const read = reader({
    ...json,
    ...Object.fromEntries(
      Object.entries(nested).map(([field, value]) => [`${name}.${field}`, value]),
    ),
  });
  const thetaName = nested.rope_theta === undefined ? "rope_theta" : `${name}.rope_theta`;
  const kindName = `${name}.${nested.rope_type === undefined ? "type" : "rope_type"}`;
  const theta = read.positive(thetaName, 10_000); // the paper's
  const kind = read.oneOf(kindName, ["default", "llama3"], "default");
  // Turning only a part of each head is what Llama itself never does.
  read.same("partial_rotary_factor", 1, "1");
  read.same(`${name}.partial_rotary_factor`, 1, "1");
  if (kind === "default") return { read, rotary: { theta } };
  const positions = Number(json.max_position_embeddings);
  const stretched = {
    factor: read.positive(`${name}.factor`, NaN),
    slow: read.positive(`${name}.low_freq_factor`, NaN),
    fast: read.positive(`${name}.high_freq_factor`, NaN),
    original: read.size(`${name}.original_max_position_embeddings`, positions),
  };
  return { read, rotary: { theta, stretched } };
}

/** Turns per token of each pair of numbers of a head, in radians: [size / 2]. */
export function rotaryFrequencies({ theta, stretched }: RotaryFields, size: number): Float32Array {
  const plain = Array.from({ length: size / 2 }, (_, i) => theta ** (-2 * i / size));
  return Float32Array.from(stretched ? plain.map((each) => stretch(each, stretched)) : plain);
}

/** Slow frequencies are divided by the factor, fast ones stay, and between them it is blended. */
function stretch(frequency: number, { factor, slow, fast, original }: Stretching): number {
  const turns = original * frequency / (2 * Math.PI);
  const kept = Math.min(1, Math.max(0, (turns - slow) / (fast - slow)));
  return frequency * (kept + (1 - kept) / factor);
}

/**
 * Turns every head: the first half of its numbers are the one coordinates, the second half the other.
 *
 * @param x [tokens, heads · size]
 * @param positions [tokens] int32
 * @param frequencies [size / 2]
 */
export function rotate(x: Tensor, positions: Tensor, frequencies: Float32Array): Tensor {
  const half = frequencies.length;
  const [tokens, width] = x.shape as [number, number];
  const angles = tf.mul(
    tf.reshape(tf.cast(positions, "float32"), [tokens, 1, 1]),
    tf.tensor3d(frequencies, [1, 1, half]),
  );
  const [cos, sin] = [tf.cos(angles), tf.sin(angles)];
  const heads = width / (2 * half);
  const whole = tf.reshape(x, [tokens, heads, 2 * half]);
  const part = (i: number) => tf.slice(whole, [0, 0, i * half], [tokens, heads, half]);
  const [a, b] = [part(0), part(1)];
  const turned = tf.concat([
    tf.sub(tf.mul(a, cos), tf.mul(b, sin)),
    tf.add(tf.mul(b, cos), tf.mul(a, sin)),
  ], 2);
  return tf.reshape(turned, [tokens, width]);
}
