/**
 * The reference profile of the held-out rows, which each deployed folder gets.
 *
 * @module
 */
import { Random } from "../../core/random.ts";
import type { FileBeside } from "../../deploy/deploy.ts";
import type { AnyPredictions, Predictions } from "../../nn/predictions.ts";
import { wilsonInterval } from "../../core/wilson_interval.ts";
import { profileFile, referenceProfile } from "../../serve/watch/profile/reference_profile.ts";
import { requestSignals, type TokensOf } from "../../serve/watch/request_signals.ts";
import type { PlanSpec } from "../plan_spec.ts";
import type { Assembled } from "./assemble_stage.ts";
import type { ReadData } from "./read_stage.ts";
import type { Scored } from "./score_stage.ts";

/** Rows that are measured, drawn where there are more. */
const mostRows = 2000;

/**
 * Measures the held-out rows as a server measures what it is asked. Nothing where no folder is deployed, and
 * for tasks whose answers are images.
 */
export async function profileStage(
  { targets }: Pick<PlanSpec, "targets">,
  { read: { task, splits }, assembled: { data, processor }, scored }: {
    readonly read: Pick<ReadData, "task" | "splits">;
    readonly assembled: Pick<Assembled, "data" | "processor">;
    readonly scored: Scored;
  },
): Promise<FileBeside[]> {
  const { predictions } = scored;
  const isImage = task.drawing !== undefined || predictions.kind === "mask";
  if (isImage || !targets.some(({ isFile = false }) => !isFile)) return [];
  const readsTexts = processor.input === "text";
  const inputs = readsTexts ? task.reader?.inputsOf(splits.test) ?? [] : [];
  const answers = task.writing
    ? scored.written?.predictions.predicted ?? []
    : data.test.answers(scored.outputs);
  // A row of embeddings may be several texts, and its answer is the first one's vector.
  const size = answers[0] instanceof Float32Array
    ? answers.length
    : Math.max(inputs.length, answers.length);
  const rows = drawnRows(size);
  const unknownToken = readsTexts ? processor.tokenizer.unknownId : undefined;
  const tokensOf: TokensOf | undefined = readsTexts
    ? (text) => Promise.resolve(Array.from(processor.tokenizer.encode(text).ids, (id) => ({ id })))
    : undefined;
  const signals = await requestSignals(
    rows.map((row) => inputs[row]),
    rows.map((row) => answers[row]),
    { readsTexts, unknownToken, tokensOf },
  );
  const profile = referenceProfile({
    task: task.task.name,
    readsTexts,
    signals,
    ...answered(predictions),
    scores: Object.fromEntries(
      Object.entries(scored.intervals).map(([name, { mean, low, high }]) => [
        name,
        { mean, low, high },
      ]),
    ),
    unknownToken,
  });
  return [{ name: profileFile, content: `${JSON.stringify(profile)}\n` }];
}

/** Rows in their order, or some of them. */
function drawnRows(count: number): number[] {
  const all = Array.from({ length: count }, (_, row) => row);
  if (count <= mostRows) return all;
  return Random.fromSeed(1, "profile rows").shuffle(all).slice(0, mostRows);
}

/** How sure each answer was and whether it was right, of tasks with one label a row. */
function answered(predictions: AnyPredictions) {
  if (predictions.kind !== "single") return {};
  const { rows, labels, probabilities, predicted, truth } = predictions as Predictions<"single">;
  const confidences = Float64Array.from(
    { length: rows },
    (_, row) => probabilities[row * labels.length + predicted[row]],
  );
  const isRight = Array.from({ length: rows }, (_, row) => predicted[row] === truth[row]);
  return {
    answered: { confidences, isRight },
    accuracy: wilsonInterval(isRight.filter(Boolean).length, rows),
  };
}
