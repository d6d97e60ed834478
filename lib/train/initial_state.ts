/**
 * The state with which a run starts.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { Random } from "../core/random.ts";
import type { Device, State, StateTensor } from "../engine/mod.ts";
import { parameters } from "../nn/trainable_model.ts";
import { trainedWeights } from "../nn/trained.ts";
import type { WordRows } from "../nn/word_rows.ts";
import { average, shownVector } from "./averages/weight_average.ts";
import { gradients } from "./gradient_program.ts";
import { initialRows, initialWeight } from "./occurring_words.ts";
import { isByLayer } from "./group_steps.ts";
import { initialLossParameters, tensorsInTraining, type Trained } from "./loss_parameters.ts";
import { accumulated, optimizerVectors } from "./optimizer.ts";
import type { TrainSettings } from "./train_options.ts";

/**
 * The numbers of all trained tensors before the first step: the model's own, the method's and the
 * loss's seeded. With `words` only these rows of the word table.
 */
export function initialParameters(
  trained: Trained,
  seed: number,
  words?: WordRows,
): Map<string, Float32Array> {
  const { model, adapter } = trained;
  const initial = new Map<string, Float32Array>();
  for (const { path } of trainedWeights(model, adapter)) {
    const isHeldInPart = path === words?.path;
    initial.set(path, isHeldInPart ? initialRows(trained, words) : initialWeight(trained, path));
  }
  for (const { name, initial: make } of adapter.parameters) {
    initial.set(name, make(Random.fromSeed(seed, "adapter", name)));
  }
  return new Map([...initial, ...initialLossParameters(trained, seed)]);
}

/** The settings that a state depends on; those of averages and optimizers have their defaults. */
export type StateSettings =
  & Pick<TrainSettings, "accumulate" | "seed">
  & Partial<
    Pick<TrainSettings, "optimizer" | "momentum" | "ema" | "swa" | "layerDecay" | "unfreeze">
  >;

/** The vectors of a state that a run continues from. */
export function keptVectors(settings: Omit<StateSettings, "accumulate" | "seed">): string[] {
  return [...new Set([parameters, ...optimizerVectors(settings), shownVector(settings)])];
}

/**
 * A state that holds the initial parameters, their average where the settings keep one, and zeros for
 * all that an optimizer keeps. With `words` it holds only these rows of the word table.
 */
export async function initialState(
  trained: Trained,
  device: Device,
  settings: StateSettings,
  words?: WordRows,
): Promise<State> {
  const { accumulate, seed } = settings;
  const byLayer = isByLayer(settings);
  const tensors = tensorsInTraining(trained, { byLayer }).map((tensor): StateTensor =>
    tensor.name === words?.path
      ? { ...tensor, shape: [words.ids.length, ...tensor.shape.slice(1)] }
      : tensor
  );
  if (tensors.length === 0) throw nothingToTrain(trained);
  const kept = keptVectors(settings);
  const vectors = [...kept, gradients, ...(accumulate > 1 ? [accumulated] : [])];
  const state = device.createState(tensors, vectors);
  try {
    const initial = initialParameters(trained, seed, words);
    await state.write(parameters, initial);
    if (kept.includes(average)) await state.write(average, initial);
  } catch (error) {
    state.dispose();
    throw error;
  }
  return state;
}

function nothingToTrain({ model }: Pick<Trained, "model">): TunebookError {
  const { family: { modelType }, headRequest: { name } } = model;
  const hint = model.head.length === 0
    ? `: the head "${name}" of ${modelType} models has no weights of its own for the task, so that a ` +
      "method must act on the body, as lora or full do"
    : "";
  return new TunebookError("input", `this method leaves nothing to train${hint}`);
}
