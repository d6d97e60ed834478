/**
 * A model as its files have it, without any adapter.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { AttachedMethod } from "../../nn/method.ts";
import { noAdapter } from "../../nn/merge.ts";
import { type Model, randomHead } from "../../nn/model.ts";
import type { TrainedTask } from "./answerer.ts";
import type { Base } from "./open_base.ts";
import { labelledAs, toldTask, untold } from "./told_task.ts";
import type { GivenTask } from "./trained_adapter.ts";

/** The model with its own task, or why it has none. */
export async function trainedAlone(
  base: Base,
  given: GivenTask,
  signal?: AbortSignal,
): Promise<TrainedTask | { readonly why: () => TunebookError }> {
  const { opened: { reference, json, family }, notes, maxTokens } = base;
  const { input } = family;
  const hasDecoder = family.decoder !== undefined;
  const labels = given.labels ?? notes.labels;
  const told = toldTask(
    { given: given.task, note: notes.note, head: notes.head, isOwnHead: true, input, hasDecoder },
    { outputs: labels.length, problemType: notes.problemType },
    reference,
  );
  if (!told) {
    const what = `the class in its config.json is ${JSON.stringify(json.architectures)}`;
    return { why: () => untold(reference, what) };
  }
  const task = labelledAs(told, labels, { where: reference });
  const model = await base.modelWith(task.head, signal);
  // Nothing is trained: the head is frozen like the rest.
  return { model: { ...model, head: [] }, attached: noAdapter, values: new Map(), task, maxTokens };
}

/** Refuses a model whose head nobody has trained. */
export function checkAnswers(
  where: string,
  { model, attached }: { readonly model: Model; readonly attached: AttachedMethod },
): void {
  const head = model.layers.map(({ path }) => path);
  const random = randomHead({ ...model, head }, attached);
  if (!random) return;
  throw new TunebookError(
    "weights",
    `${where} has no ${random}, so that its answers would be random: it was not trained for this ` +
      `task, its head was not saved with it (PEFT: modules_to_save), or the head has other than the ` +
      `${model.headRequest.outputs} outputs that the labels need`,
  );
}
