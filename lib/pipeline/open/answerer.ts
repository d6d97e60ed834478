/**
 * A model, alone or with one trained adapter, that answers new inputs with the program that a run
 * scores with.
 *
 * @module
 */
import type { Device, HeldWeights, State } from "../../engine/mod.ts";
import { createPredictor, type Predictor } from "../../evaluate/predict.ts";
import type { GenerateOptions } from "../../generate/generate_options.ts";
import type { TextModel } from "../../generate/text_model.ts";
import type { TrainedOnModel } from "../../adapters/several/shared_adapter.ts";
import { runTokensOn } from "../../nn/cut_by_length.ts";
import { parameters } from "../../nn/trainable_model.ts";
import { trainedTensors } from "../../nn/trained.ts";
import { trainSettings } from "../../train/train_options.ts";
import type { ExplainableModel } from "../explain/explainable_model.ts";
import type { ExplainOptions } from "../explain/explain_options.ts";
import type { AnyExplanation } from "../explain/explanation.ts";
import type { LogitLensOptions } from "../lens/lens_options.ts";
import type { LogitLens } from "../lens/logit_lens.ts";
import { trainableOf } from "../run/assemble_stage.ts";
import { type OpenedModel, processorOf } from "../run/open_stage.ts";
import { type AskedRows, predictInputs } from "../run/predict_inputs.ts";
import type { AnyLabelledTask } from "../run/read_stage.ts";
import { lazyTextModel } from "../write/text_model_of.ts";

/** A trained model and what it was trained for. */
export interface TrainedTask extends TrainedOnModel {
  readonly task: AnyLabelledTask;
  /** The most tokens of a text. */
  readonly maxTokens: number;
}

/** What answers. */
export interface Answerer {
  /** One answer for each input, shown as the task shows them; `quiet` shows no progress. */
  predict(inputs: readonly unknown[], signal: AbortSignal, quiet?: boolean): Promise<unknown[]>;
  /** Why they are what they are. */
  explain(
    inputs: readonly unknown[],
    options: ExplainOptions,
    signal: AbortSignal,
  ): Promise<AnyExplanation[]>;
  /** What they would be after each block. */
  logitLens(
    inputs: readonly unknown[],
    options: LogitLensOptions,
    signal: AbortSignal,
  ): Promise<LogitLens[]>;
  /** What writes; throws an error of kind "unsupported" for a task that writes no texts. */
  textModel(): TextModel;
  dispose(): Promise<void>;
}

/** Makes an answerer; nothing is compiled before it is asked. `defaults` say how it writes texts. */
export function answererOf(
  { model, attached, values, task, maxTokens }: TrainedTask,
  opened: OpenedModel,
  { device, held, defaults }: {
    readonly device: Device;
    readonly held?: HeldWeights;
    readonly defaults: GenerateOptions;
  },
): Answerer {
  let compiled: Promise<Predictor> | undefined;
  let state: State | undefined;
  const stateOf = async () => {
    const trained = trainedTensors(model, attached);
    if (state || trained.length === 0) return state;
    state = device.createState(trained, [parameters]);
    await state.write(parameters, values);
    return state;
  };
  const trainableFor = (examples: AskedRows) =>
    trainableOf({ model, adapter: attached }, examples, trainSettings());
  const compile = async (examples: AskedRows) =>
    await createPredictor(trainableFor(examples), device, await stateOf(), { held });
  const outputsFor = (signal: AbortSignal) => async (examples: AskedRows) => {
    compiled ??= compile(examples);
    compiled.catch(() => compiled = undefined);
    const predictor = await compiled;
    return await predictor.outputs(examples, { signal, runTokens: runTokensOn(device) });
  };
  const processor = processorOf(opened, maxTokens);
  const writing = lazyTextModel({
    task,
    processor,
    defaults,
    model,
    adapter: attached,
    device,
    held,
    state: stateOf,
  });
  const explainable = (signal: AbortSignal): ExplainableModel => ({
    ...{ task, processor, device, held, stateOf },
    trainableOf: trainableFor,
    outputsOf: outputsFor(signal),
  });
  return {
    predict: (inputs, signal, quiet) =>
      predictInputs(task, inputs, processor, outputsFor(signal), { signal, quiet }),
    async explain(inputs, options, signal) {
      const { explainInputs } = await import("../explain/explain_inputs.ts");
      return await explainInputs(inputs, options, explainable(signal), signal);
    },
    async logitLens(inputs, options, signal) {
      const { lookThroughLens } = await import("../lens/look_through_lens.ts");
      return await lookThroughLens(inputs, options, explainable(signal), signal);
    },
    textModel: writing.open,
    async dispose() {
      const predictor = await compiled?.catch(() => undefined);
      await predictor?.dispose();
      await writing.dispose();
      state?.dispose();
      compiled = state = undefined;
    },
  };
}
