/**
 * The loss of texts by what a model gives for their tokens.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";
import type { Objective } from "../nn/objective.ts";
import type { Rows } from "../nn/run_over.ts";
import type { Examples, Outputs } from "../nn/task.ts";
import type { TrainedModel } from "./trained_model.ts";

/** Numbers of a token: its loss, and its lead. */
const ofToken = 2;

/**
 * The mean loss of all tokens but the first of each text, in nats, each counted alike or as `countsOf` says;
 * undefined for an objective that does not give the losses of next tokens, and without any token.
 */
export async function meanLoss(
  { head, perRow }: Pick<Objective, "head" | "perRow">,
  outputs: Outputs,
  rows: Pick<Rows, "feedsOf">,
  countsOf?: Examples["countsOf"],
): Promise<number | undefined> {
  if (head.name !== "language" || !perRow) return undefined;
  let [sum, tokens] = [0, 0];
  for (const [row, losses] of outputs.entries()) {
    if (perRow.per !== "token") {
      const own = tokensIn(await rows.feedsOf([row])) - 1;
      sum += own * losses[0];
      tokens += own;
      continue;
    }
    const counts = countsOf?.(row);
    for (let at = 1; at * ofToken < losses.length; at++) {
      const count = counts?.[at] ?? 1;
      sum += count * losses[at * ofToken];
      tokens += count;
    }
  }
  return tokens === 0 ? undefined : sum / tokens;
}

/** The difference of the mean loss of the files and of the trained model, for formats that round much. */
export async function lossDifference(
  { trainable: { objective } }: TrainedModel,
  found: Outputs,
  expected: Outputs,
  rows: Pick<Rows, "feedsOf">,
): Promise<number | undefined> {
  const [written, trained] = await Promise.all(
    [found, expected].map((each) => meanLoss(objective, each, rows)),
  );
  return written === undefined || trained === undefined ? undefined : Math.abs(written - trained);
}

/** How many tokens are scored of a batch: of an encoder-decoder its decoder's. */
export function tokensIn(
  { decoder_attention_mask, attention_mask }: Readonly<Record<string, HostTensor>>,
): number {
  const { data } = decoder_attention_mask ?? attention_mask;
  return Array.from(data, Number).filter((each) => each !== 0).length;
}
