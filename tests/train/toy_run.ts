/**
 * Trains a toy model.
 *
 * @module
 */
import { lora } from "../../lib/adapters/lora.ts";
import { openDevice } from "../../lib/engine/mod.ts";
import type { AttachedMethod, Method } from "../../lib/nn/method.ts";
import { attachTo, type Model } from "../../lib/nn/model.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import { parameters, type TrainableModel } from "../../lib/nn/trainable_model.ts";
import { classificationObjective } from "../../lib/tasks/shared/classification_objective.ts";
import {
  train,
  type TrainContext,
  type TrainingRows,
  type TrainResult,
} from "../../lib/train/train.ts";
import { type TrainOptions, trainSettings } from "../../lib/train/train_options.ts";
import { nextTokens, toyModel, type ToyOptions, toyRows, toyTargets } from "../nn/toy.ts";

/** How to train a toy model. */
export interface ToyRunOptions {
  readonly device?: string;
  readonly model?: ToyOptions;
  /** A model in the place of the one that `model` describes. */
  readonly on?: Model;
  readonly method?: Method;
  /** An attached method in the place of `method`. */
  readonly attached?: AttachedMethod;
  readonly rows?: number;
  /** What to do to the rows. */
  readonly around?: (rows: TrainingRows) => TrainingRows;
  readonly classWeights?: readonly number[];
  readonly targets?: Float32Array;
  /** What to do to the objective. */
  readonly objective?: (objective: Objective) => Objective;
  /** The loss over the rows, in the place of one that fits the model's head. */
  readonly loss?: Objective;
  readonly settings?: TrainOptions;
  readonly context?: Partial<TrainContext>;
}

/** What came of a toy run, with the trained numbers by path. */
export type ToyResult = Omit<TrainResult, "state"> & {
  readonly values: ReadonlyMap<string, Float32Array>;
};

/** Trains a toy model: LoRA on one layer, 22 rows in batches of 4, two epochs unless said otherwise. */
export async function runToy(options: ToyRunOptions = {}): Promise<ToyResult> {
  const { device = "cpu", method = lora({ rank: 2 }), rows: count = 22 } = options;
  const model = options.on ?? toyModel(options.model);
  const { outputs = 3 } = options.model ?? {};
  const rows = toyRows(count, { types: model.family.usesTypes ?? false });
  const adapter = options.attached ?? attachTo(model, method);
  const classes = () =>
    classificationObjective({
      kind: "single",
      outputs,
      targets: options.targets ?? toyTargets(rows, outputs),
      labelSmoothing: options.settings?.labelSmoothing ?? 0,
      ...(options.classWeights ? { classWeights: options.classWeights } : {}),
    });
  const predictsTokens = model.headRequest.name === "language";
  const plain = options.loss ??
    (predictsTokens ? nextTokens({ model, adapter }, rows) : classes());
  const objective = options.objective?.(plain) ?? plain;
  const trainable: TrainableModel = { model, adapter, objective };
  const settings = { batchSize: 4, epochs: 2, learningRate: 0.02, ...options.settings };
  const { state, ...result } = await train(trainable, options.around?.(rows) ?? rows, {
    device: await openDevice(device),
    settings: trainSettings(settings),
    fingerprint: { model: "toy" },
    ...options.context,
  });
  const values = await state.read(parameters);
  state.dispose();
  return { ...result, values };
}
