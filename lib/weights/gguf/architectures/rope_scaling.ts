/**
 * How a GGUF file says that rotary positions are slowed, → `rope_scaling` of config.json.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import type { GgufFields } from "../gguf_fields.ts";

/** The field `rope_scaling`; undefined where positions turn as they are. */
export function ropeScaling(fields: GgufFields): Record<string, unknown> | undefined {
  const type = fields.text("rope.scaling.type");
  const factor = fields.number("rope.scaling.factor");
  const amplitude = fields.number("rope.scaling.attn_factor") ?? 1;
  if (amplitude !== 1) {
    throw fields.refuse("rope.scaling.attn_factor", "tunebook reads models without it");
  }
  switch (type) {
    case undefined:
    case "none":
      return undefined;
    case "linear":
      return factor === undefined ? undefined : { rope_type: "linear", factor };
    case "yarn":
      return {
        rope_type: "yarn",
        factor: fields.required("rope.scaling.factor"),
        original_max_position_embeddings: fields.size("rope.scaling.original_context_length"),
      };
    default:
      throw fields.refuse("rope.scaling.type", "tunebook reads none, linear and yarn");
  }
}

/**
 * Llama 3's scaling, for which llama.cpp writes only the number that each frequency is divided by
 * (`rope_freqs.weight`): the largest is the factor, and the other three settings are those of all
 * Llamas from 3.1 on. Numbers that these settings do not give are an error.
 */
export function llama3Scaling(
  path: string,
  divisors: Float32Array,
  theta: number,
): Record<string, unknown> {
  const [slow, fast, original] = [1, 4, 8192];
  const factor = Math.max(...divisors);
  const isLlama3 = divisors.every((divisor, i) => {
    const turns = original * theta ** (-i / divisors.length) / (2 * Math.PI);
    const kept = Math.min(1, Math.max(0, (turns - slow) / (fast - slow)));
    return Math.abs(divisor * (kept + (1 - kept) / factor) - 1) < tolerance;
  });
  if (!isLlama3) {
    throw new TunebookError(
      "unsupported",
      `${path}: the tensor rope_freqs.weight does not slow positions as Llama 3.1 to 3.3 do`,
    );
  }
  return {
    rope_type: "llama3",
    factor,
    low_freq_factor: slow,
    high_freq_factor: fast,
    original_max_position_embeddings: original,
  };
}

/** The converter computes in float32, which has 7 digits, with powers and quotients. */
const tolerance = 1e-4;
