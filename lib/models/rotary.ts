/**
 * Rotary positions (Su et al., arXiv 2104.09864) as transformers configures and computes them.
 *
 * @module
 */
import { isRecord } from "../core/objects.ts";
import { ops, type Tensor, tf } from "../engine/mod.ts";
import type { ConfigReader } from "../nn/config_reader.ts";
import type { RotaryFields, RotaryScaling } from "./rotary_scaling.ts";

/** Where a config says how positions turn. */
export interface RotaryPlace {
  /** Tokens that the model takes. */
  readonly maxPositions: number;
  /** Numbers of a head, which positions turn in pairs. */
  readonly headSize: number;
  /** The object with the scaling, `rope_scaling` unless given. */
  readonly scaling?: string;
  /** The field with the base where that object has none, `rope_theta` unless given. */
  readonly theta?: string;
  /** The base where there is none at all; 10,000, the paper's, unless given. */
  readonly fallback?: number;
}

const scalings = ["default", "linear", "llama3", "yarn", "dynamic", "longrope"];
/** Kinds of layers that other families' positions turn apart for. */
const layerKinds = ["full_attention", "sliding_attention", "chunked_attention"];
/** Why other scalings of transformers are refused. */
const refused: Readonly<Record<string, string>> = {
  proportional: "a part of each head is then not turned",
};

/**
 * Where the fields of transformers 5 or of versions before it lie, for all layers alike. Where both are
 * given, `rope_scaling` counts alone, as in transformers.
 */
export function rotaryPlace(read: ConfigReader): string {
  const older = read.value("rope_scaling");
  const isGiven = isRecord(older) ? Object.keys(older).length > 0 : Boolean(older);
  return isGiven ? "rope_scaling" : "rope_parameters";
}

/** Reads the base and the scaling; kinds that are not known are mistakes that say why. */
export function readRotary(
  read: ConfigReader,
  place: RotaryPlace,
): RotaryFields {
  const { scaling: at = rotaryPlace(read), theta: thetaField = "rope_theta" } = place;
  const { fallback = 10_000 } = place;
  const fields = read.value(at) ?? {};
  if (!isRecord(fields)) read.wrong(at, "an object");
  else if (layerKinds.some((kind) => isRecord(fields[kind]))) {
    read.wrong(at, "the fields of all layers, which turn alike in this family");
  }
  const own = `${at}.rope_theta`;
  const hasOwn = (read.value(own) ?? undefined) !== undefined;
  const theta = read.positive(hasOwn ? own : thetaField, fallback);
  const kindField = `${at}.${read.value(`${at}.rope_type`) === undefined ? "type" : "rope_type"}`;
  const named = read.value(kindField);
  const why = typeof named === "string" ? refused[named] : undefined;
  if (why) read.wrong(kindField, `${scalings.map((each) => `"${each}"`).join(" or ")}: ${why}`);
  const kind = why ? "default" : read.oneOf(kindField, scalings, "default");
  // None of these families turns only a part of each head in transformers.
  for (const field of ["partial_rotary_factor", `${at}.partial_rotary_factor`]) {
    read.same(field, 1, "1");
  }
  const scaling = kind === "default" ? undefined : readScaling(read, kind, { ...place, at });
  return scaling ? { theta, scaling } : { theta };
}

/** The object that says how frequencies are slowed. */
interface ScalingPlace extends Pick<RotaryPlace, "maxPositions" | "headSize"> {
  readonly at: string;
}

function readScaling(read: ConfigReader, kind: string, place: ScalingPlace): RotaryScaling {
  const { at, maxPositions } = place;
  if (kind === "linear") return { kind, factor: read.positive(`${at}.factor`, NaN) };
  if (kind === "dynamic") return readDynamic(read, place);
  const top = "original_max_position_embeddings";
  const isNested = at.includes(".");
  const isOnTop = !isNested && (read.value(top) ?? undefined) !== undefined;
  const original = isOnTop ? read.size(top) : read.size(`${at}.${top}`, maxPositions);
  if (kind === "yarn") return readYarn(read, original, place);
  if (kind === "longrope") return readLongrope(read, original, place);
  return {
    kind: "llama3",
    factor: read.positive(`${at}.factor`, NaN),
    slow: read.positive(`${at}.low_freq_factor`, NaN),
    fast: read.positive(`${at}.high_freq_factor`, NaN),
    original,
  };
}

function readYarn(
  read: ConfigReader,
  original: number,
  { at, maxPositions }: ScalingPlace,
): RotaryScaling {
  const isRatio = read.value(`${at}.factor`) === null;
  const factor = isRatio ? maxPositions / original : read.positive(`${at}.factor`, NaN);
  const mscale = (field: string) =>
    read.value(`${at}.${field}`) ? read.positive(`${at}.${field}`, 1) : undefined;
  const [own, all] = [mscale("mscale"), mscale("mscale_all_dim")];
  // The paper's temperature, section 3.4.
  const temperature = (share = 1) => factor <= 1 ? 1 : 0.1 * share * Math.log(factor) + 1;
  const implied = own && all ? temperature(own) / temperature(all) : temperature();
  return {
    kind: "yarn",
    factor,
    slow: read.positive(`${at}.beta_slow`, 1),
    fast: read.positive(`${at}.beta_fast`, 32),
    original,
    // transformers looks for this field beside the objects of layer types, where it is not.
    isRounded: at.includes(".") || read.flag(`${at}.truncate`, true),
    amplitude: read.positive(`${at}.attention_factor`, implied),
  };
}

function readDynamic(
  read: ConfigReader,
  { at, maxPositions, headSize }: ScalingPlace,
): RotaryScaling {
  // The exponent of the base is size / (size − 2).
  if (headSize === 2) read.wrong(`${at}.rope_type`, "another kind for heads of 2 numbers");
  return { kind: "dynamic", factor: read.positive(`${at}.factor`, NaN), original: maxPositions };
}

function readLongrope(
  read: ConfigReader,
  original: number,
  { at, maxPositions, headSize }: ScalingPlace,
): RotaryScaling {
  const pairs = headSize / 2;
  const divisors = (field: string): number[] => {
    const value = read.value(`${at}.${field}`);
    const fits = Array.isArray(value) && value.length === pairs &&
      value.every((each) => typeof each === "number" && Number.isFinite(each) && each > 0);
    if (fits) return value;
    read.wrong(`${at}.${field}`, `a list of ${pairs} numbers above 0, one for each pair of a head`);
    return [];
  };
  const factor = read.positive(`${at}.factor`, maxPositions / original);
  const implied = factor <= 1 ? 1 : Math.sqrt(1 + Math.log(factor) / Math.log(original));
  return {
    kind: "longrope",
    short: divisors("short_factor"),
    long: divisors("long_factor"),
    original,
    amplitude: read.positive(`${at}.attention_factor`, implied),
  };
}

/** How a head is turned. */
export interface Rotation {
  /** Turns per token of each pair: [size / 2], or [tokens, 1, size / 2] where tokens differ. */
  readonly frequencies: Float32Array | Tensor;
  /** What the result is multiplied with; 1 unless given. */
  readonly amplitude?: number;
}

/**
 * Turns every head: the first half of its numbers are the one coordinates, the second half the other.
 *
 * @param x [tokens, heads · size]
 * @param positions [tokens] int32
 */
export function rotate(
  x: Tensor,
  positions: Tensor,
  { frequencies, amplitude = 1 }: Rotation,
): Tensor {
  const isFixed = frequencies instanceof Float32Array;
  const half = isFixed ? frequencies.length : frequencies.shape[2]!;
  const [tokens] = x.shape as [number, number];
  const angles = tf.mul(
    tf.reshape(tf.cast(positions, "float32"), [tokens, 1]),
    isFixed ? tf.tensor2d(frequencies, [1, half]) : tf.reshape(frequencies, [tokens, half]),
  );
  const scaled = (turned: Tensor) => amplitude === 1 ? turned : tf.mul(turned, amplitude);
  return ops.rotateHalves(x, scaled(tf.cos(angles)), scaled(tf.sin(angles)));
}
