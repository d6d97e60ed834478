/**
 * Writes into each deployed folder what the run knows of its model, for servers that show it.
 *
 * @module
 */
import { join } from "node:path";
import { scoreTitles } from "../display/score_titles.ts";
import type { PlanSpec } from "../plan_spec.ts";
import { writeCard } from "../serve/card_file.ts";
import { type CardedResult, cardOfResult } from "../serve/card_of_result.ts";

/**
 * Writes the cards, each with the receipt of its own folder, and gives the result. Targets that are one file, or
 * that strangers read, have none.
 */
export async function cardStage<Result extends CardedResult>(
  { model, targets, metrics }: Pick<PlanSpec, "model" | "targets" | "metrics">,
  result: Result,
): Promise<Result> {
  const titles = scoreTitles(metrics);
  for (const { folder, isFile = false, isPublic = false, modelFolder = "" } of targets) {
    if (isFile || isPublic) continue;
    const receipts = result.receipts.filter((receipt) => receipt.folder === folder);
    await writeCard(
      join(folder, modelFolder),
      cardOfResult({ ...result, model, receipts }, titles),
      { model, teachers: result.teachers ?? [] },
    );
  }
  return result;
}
