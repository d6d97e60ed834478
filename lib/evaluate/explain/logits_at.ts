/**
 * What a model says at one token of a text.
 *
 * @module
 */
import type { ExplainPrograms } from "./explain_programs.ts";
import { type ExplainedTokens, sameDecoderFeeds } from "./explained_text.ts";
import { termFeeds } from "./explained_rows.ts";

/** All logits at a token, [outputs]; of an encoder-decoder at a token that the decoder was given. */
export async function logitsAt(
  place: number,
  { ids, types, decoderIds }: Pick<ExplainedTokens, "ids" | "types" | "decoderIds">,
  programs: ExplainPrograms,
): Promise<Float32Array> {
  const shape = [1, ids.length];
  const { logits: { data } } = await programs.run("logits", {
    input_ids: { shape, data: ids },
    attention_mask: { shape, data: new Int32Array(ids.length).fill(1) },
    ...(types ? { token_type_ids: { shape, data: types } } : {}),
    ...(decoderIds ? sameDecoderFeeds(decoderIds, 1) : {}),
    ...termFeeds({ terms: [{ place, output: 0, weight: 1 }] }, 1, ids.length, programs),
  });
  return data as Float32Array;
}

/** The id of the token that a model finds likeliest behind these, or behind what its decoder has written. */
export async function nextToken(
  ids: Int32Array,
  programs: ExplainPrograms,
  decoderIds?: Int32Array,
): Promise<number> {
  const place = (decoderIds ?? ids).length - 1;
  const logits = await logitsAt(place, { ids, types: undefined, decoderIds }, programs);
  let best = 0;
  for (let id = 1; id < logits.length; id++) if (logits[id] > logits[best]) best = id;
  return best;
}
