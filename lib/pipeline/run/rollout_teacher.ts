/**
 * The teacher of a training on answers that the model writes itself.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { Device } from "../../engine/mod.ts";
import { createPredictor } from "../../evaluate/predict.ts";
import { textConfig } from "../../nn/model.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type { RolloutTeacher, ScoredText } from "../../nn/rollout.ts";
import type { Task } from "../../nn/task.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import { vocabularyLogProbabilities } from "../../tasks/distillation/vocabulary_log_probabilities.ts";
import { evaluatedRows } from "../../tasks/shared/mean_token_loss.ts";
import { nextTokenObjective } from "../../tasks/shared/next_token_objective.ts";
import { textExamples } from "../../tasks/shared/text_examples.ts";
import type { TrainedTask } from "../open/answerer.ts";
import { checkVocabulary, type OpenedTeacher, openTeacher } from "./open_teacher.ts";

/** Whom it is, and who learns from it. */
export interface RolloutTeacherOptions {
  /** Where it is, as `open` takes it. */
  readonly reference: string;
  /** What it is asked as. */
  readonly task: Task;
  readonly device: Device;
  /** That of the model that learns. */
  readonly processor: TextProcessor;
  /** Tokens of the model that learns. */
  readonly vocabSize: number;
  readonly signal?: AbortSignal | undefined;
}

/** A teacher with a program of its own for each temperature. */
export interface OpenRolloutTeacher extends RolloutTeacher, AsyncDisposable {}

/**
 * Opens it; its program is compiled when it is first asked.
 *
 * @throws {TunebookError} of kind `input` for another vocabulary
 */
export async function rolloutTeacher(
  { reference, task, device, processor, vocabSize, signal }: RolloutTeacherOptions,
): Promise<OpenRolloutTeacher> {
  const { base, trained }: OpenedTeacher = await openTeacher(reference, { task }, device, signal);
  await using opening = new AsyncDisposableStack();
  opening.defer(() => base.dispose());
  checkVocabulary(reference, processor, base.opened);
  const { vocabSize: taught } = textConfig(trained.model);
  if (taught !== vocabSize) {
    throw new TunebookError(
      "input",
      `the teacher ${reference} gives ${taught} tokens a probability, the model ${vocabSize}; next tokens are compared ` +
        "one by one, so take a teacher with the same vocabulary",
    );
  }
  const tensors = trainedTensors(trained.model, trained.attached);
  const state = tensors.length > 0 ? device.createState(tensors, [parameters]) : undefined;
  opening.defer(() => state?.dispose());
  await state?.write(parameters, trained.values);
  const scorers = new Map<number, ReturnType<typeof createPredictor>>();
  const scorerFor = (temperature: number) => {
    const known = scorers.get(temperature) ??
      createPredictor(trainableOf(trained, vocabSize, temperature), device, state, {
        held: base.held,
      });
    scorers.set(temperature, known);
    return known;
  };
  opening.defer(async () => {
    for (const scorer of scorers.values()) await (await scorer).dispose();
  });
  const opened = opening.move();
  return {
    async logProbs(texts, { temperature, signal }) {
      const scorer = await scorerFor(temperature);
      const found: Float32Array[] = [];
      // What is said of prompts is let go of again, some texts at a time: it is a vocabulary for each token.
      for (let start = 0; start < texts.length; start += evaluatedRows) {
        const some = texts.slice(start, start + evaluatedRows);
        const said = await scorer.outputs(rowsOf(some, processor), { signal });
        found.push(
          ...said.map((each, at) => each.slice(each.length - some[at].answer * vocabSize)),
        );
      }
      return found;
    },
    [Symbol.asyncDispose]: () => opened.disposeAsync(),
  };
}

function trainableOf(
  { model, attached: adapter }: TrainedTask,
  vocabSize: number,
  temperature: number,
) {
  const objective = nextTokenObjective({
    texts: [],
    vocabSize,
    afterVirtualTokens: adapter.input !== undefined,
  });
  const perRow = vocabularyLogProbabilities(vocabSize, temperature);
  return { model, adapter, objective: { ...objective, perRow } };
}

function rowsOf(texts: readonly ScoredText[], processor: TextProcessor) {
  const sequences = texts.map(({ tokens }, row) => ({ ids: tokens, row }));
  return textExamples({ rows: texts.length, sequences, truncated: 0 }, processor);
}
