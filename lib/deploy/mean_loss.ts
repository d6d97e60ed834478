/**
 * The loss of texts by what a model gives for each of their tokens.
 *
 * @module
 */
import type { Objective } from "../nn/objective.ts";
import type { Outputs } from "../nn/task.ts";

/** Numbers of a token: its loss, and its lead. */
const ofToken = 2;

/**
 * The mean loss of all tokens but the first of each text, in nats; undefined for an objective that does not
 * give the losses of next tokens one by one.
 */
export function meanLoss(
  { head, perRow }: Pick<Objective, "head" | "perRow">,
  outputs: Outputs,
): number | undefined {
  if (head.name !== "language" || perRow?.per !== "token" || perRow.outputs !== ofToken) {
    return undefined;
  }
  let [sum, count] = [0, 0];
  for (const row of outputs) {
    for (let at = ofToken; at < row.length; at += ofToken) {
      sum += row[at];
      count++;
    }
  }
  return count === 0 ? undefined : sum / count;
}

/**
 * The same of any model of next tokens: where only the mean loss of each row is given, their mean; undefined
 * for other tasks.
 */
export function meanTextLoss(
  objective: Pick<Objective, "head" | "perRow">,
  outputs: Outputs,
): number | undefined {
  const ofTokens = meanLoss(objective, outputs);
  const { head, perRow } = objective;
  if (ofTokens !== undefined || head.name !== "language") return ofTokens;
  if (!perRow || perRow.per === "token" || outputs.length === 0) return undefined;
  return outputs.reduce((sum, [loss]) => sum + loss, 0) / outputs.length;
}
