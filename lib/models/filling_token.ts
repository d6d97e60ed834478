/**
 * The token that fills short rows where a decoder's `config.json` names none.
 *
 * @module
 */

/**
 * The token that ends a text, the first where there are several: decoders have no token for padding,
 * and what stands behind the mask does not matter. 0 where there is none either.
 */
export function fillingToken(json: Readonly<Record<string, unknown>>): number {
  const ends = json.eos_token_id;
  const first = Array.isArray(ends) ? ends[0] : ends;
  return typeof first === "number" ? first : 0;
}
