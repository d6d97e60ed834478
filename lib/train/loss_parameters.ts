/**
 * Parameters of a loss, such as the classifier of `softmaxLoss`: a training holds them beside those of the
 * model and the method, and what it leaves does not have them.
 *
 * @module
 */
import { Random } from "../core/random.ts";
import { slotPath, type StateTensor } from "../engine/mod.ts";
import type { Parameter } from "../nn/method.ts";
import { parameters, type TrainableModel, type WeightInputs } from "../nn/trainable_model.ts";
import { type GroupingOptions, stateTensor, trainedTensors } from "../nn/trained.ts";

/** What a training trains: a model with a method, and a loss that may have parameters. */
export type Trained =
  & Pick<TrainableModel, "model" | "adapter">
  & Partial<Pick<TrainableModel, "objective">>;

/** The loss's own parameters. */
export function lossParameters(
  { objective }: Partial<Pick<TrainableModel, "objective">>,
): readonly Parameter[] {
  return objective?.parameters ?? [];
}

/** A state tensor for every tensor that a training changes. */
export function tensorsInTraining(
  trained: Trained,
  options: GroupingOptions = {},
): StateTensor[] {
  const { model, adapter } = trained;
  return [
    ...trainedTensors(model, adapter, options),
    ...lossParameters(trained).map((parameter) => stateTensor(model, parameter, options)),
  ];
}

/** The inputs of a program that trains, those of the loss's parameters included. */
export function withLossParameters(
  weights: WeightInputs,
  trained: Pick<TrainableModel, "objective">,
): WeightInputs {
  const own = lossParameters(trained);
  const slots = own.map(({ name, shape }) => ({ name, shape, slot: slotPath(parameters, name) }));
  const inputs = slots.map(({ slot, shape }) =>
    [slot, { role: "state", type: "float32", shape }] as const
  );
  return {
    ...weights,
    inputs: { ...weights.inputs, ...Object.fromEntries(inputs) },
    names: new Map([...weights.names, ...slots.map(({ name, slot }) => [name, slot] as const)]),
    trained: [...weights.trained, ...own.map(({ name }) => name)],
  };
}

/** The numbers with which the loss's parameters start. */
export function initialLossParameters(
  trained: Partial<Pick<TrainableModel, "objective">>,
  seed: number,
): Map<string, Float32Array> {
  return new Map(
    lossParameters(trained)
      .map(({ name, initial }) => [name, initial(Random.fromSeed(seed, "loss", name))]),
  );
}

/** Trained numbers without those of the loss's parameters. */
export function withoutLossParameters(
  trained: Partial<Pick<TrainableModel, "objective">>,
  values: ReadonlyMap<string, Float32Array>,
): ReadonlyMap<string, Float32Array> {
  const names = new Set(lossParameters(trained).map(({ name }) => name));
  if (names.size === 0) return values;
  return new Map([...values].filter(([name]) => !names.has(name)));
}
