/**
 * The likeliest next token of a text.
 *
 * @module
 */
import type { ExplainPrograms } from "./explain_programs.ts";
import { termFeeds } from "./explained_rows.ts";

/** The id of the token that a model finds likeliest behind these. */
export async function nextToken(ids: Int32Array, programs: ExplainPrograms): Promise<number> {
  const shape = [1, ids.length];
  const last = { place: ids.length - 1, output: 0, weight: 1 };
  const { logits: { data } } = await programs.run("logits", {
    input_ids: { shape, data: ids },
    attention_mask: { shape, data: new Int32Array(ids.length).fill(1) },
    ...termFeeds({ terms: [last] }, 1, ids.length, programs),
  });
  let best = 0;
  for (let id = 1; id < data.length; id++) if (data[id] > data[best]) best = id;
  return best;
}
