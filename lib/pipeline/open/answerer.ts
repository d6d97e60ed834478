/**
 * A model, alone or with one trained adapter, that answers new inputs with the program that a run
 * scores with.
 *
 * @module
 */
import type { Device, HeldWeights, State } from "../../engine/mod.ts";
import { createPredictor, type Predictor } from "../../evaluate/predict.ts";
import type { TrainedOnModel } from "../../adapters/several/shared_adapter.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import { trainSettings } from "../../train/train_options.ts";
import { type AnyExamples, trainableOf } from "../run/assemble_stage.ts";
import { type OpenedModel, processorOf } from "../run/open_stage.ts";
import { predictInputs } from "../run/predict_inputs.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";

/** A trained model and what it was trained for. */
export interface TrainedTask extends TrainedOnModel {
  readonly task: AnyLabelledTask;
  /** The most tokens of a text. */
  readonly maxTokens: number;
}

/** What answers. */
export interface Answerer {
  /** One answer for each input, shown as the task shows them. */
  predict(inputs: readonly unknown[], signal: AbortSignal): Promise<unknown[]>;
  dispose(): Promise<void>;
}

/** Makes an answerer; nothing is compiled before it is asked. */
export function answererOf(
  { model, attached, values, task, maxTokens }: TrainedTask,
  opened: OpenedModel,
  { device, held }: { readonly device: Device; readonly held?: HeldWeights },
): Answerer {
  let compiled: Promise<{ predictor: Predictor; state?: State }> | undefined;
  const compile = async (examples: AnyExamples) => {
    const trainable = trainableOf({ model, adapter: attached }, examples, trainSettings());
    const trained = trainedTensors(model, attached);
    const state = trained.length > 0 ? device.createState(trained, [parameters]) : undefined;
    await state?.write(parameters, values);
    const predictor = await createPredictor(trainable, device, state, held);
    return { predictor, ...(state ? { state } : {}) };
  };
  const processor = processorOf(opened, maxTokens);
  return {
    predict: (inputs, signal) =>
      predictInputs(task, inputs, processor, async (examples) => {
        compiled ??= compile(examples);
        compiled.catch(() => compiled = undefined);
        const { predictor } = await compiled;
        return await predictor.outputs(examples, { signal });
      }, signal),
    async dispose() {
      const made = await compiled?.catch(() => undefined);
      await made?.predictor.dispose();
      made?.state?.dispose();
      compiled = undefined;
    },
  };
}
