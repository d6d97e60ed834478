/**
 * The text of a `config.json` that transformers reads.
 *
 * @module
 */

/**
 * Fields that transformers from version 5 on (and its settings of bitsandbytes) wants as `float` and
 * refuses where they hold a whole number without a point, which is how JavaScript writes 30.0.
 */
const decimals: ReadonlySet<string> = new Set([
  "attn_logit_softcapping",
  "decoder_layerdrop",
  "encoder_layerdrop",
  "final_logit_softcapping",
  "init_std",
  "initializer_factor",
  "initializer_range",
  "layer_norm_eps",
  "layer_norm_epsilon",
  "llm_int8_threshold",
  "rms_norm_eps",
]);

/** JSON with two spaces; whole numbers of these fields, however deep, are written with a point. */
export function configText(config: Readonly<Record<string, unknown>>): string {
  const { rawJSON } = JSON as unknown as { rawJSON(text: string): unknown };
  const marked = (name: string, value: unknown) =>
    decimals.has(name) && Number.isSafeInteger(value) ? rawJSON(`${value}.0`) : value;
  return JSON.stringify(config, marked, 2) + "\n";
}
