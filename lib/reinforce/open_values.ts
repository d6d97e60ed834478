/**
 * The value function of a model in training: what its loss expects in each state of an answer.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type Device, type HeldWeights, type Program, type State, tf } from "../engine/mod.ts";
import { batchInputs, batchOf } from "../nn/batch_inputs.ts";
import { createNet } from "../nn/create_net.ts";
import { headFeatures } from "../nn/head_results.ts";
import type { TextProcessor } from "../nn/processor.ts";
import type { ScoredText } from "../nn/rollout.ts";
import { runOver } from "../nn/run_over.ts";
import { frozenOf, type TrainableModel, weightInputs } from "../nn/trainable_model.ts";
import { textExamples } from "../tasks/shared/text_examples.ts";
import { lossParameters, withLossParameters } from "../train/loss_parameters.ts";

/** What it is made of. */
export interface ValueParts {
  readonly trainable: TrainableModel;
  readonly state: State;
  readonly device: Device;
  readonly processor: TextProcessor;
  /** Where the base's weights are held for all programs. */
  readonly held: HeldWeights;
}

/** A compiled value function. */
export interface OpenValues {
  /** What is expected before each token of each text's answer, [answer], by the present parameters. */
  of(
    texts: readonly ScoredText[],
    options: { readonly signal?: AbortSignal | undefined },
  ): Promise<Float32Array[]>;
  dispose(): Promise<void>;
}

/** Compiles it. Throws an error of kind "unsupported" where the loss has none. */
export async function openValues(
  { trainable, state, device, processor, held }: ValueParts,
): Promise<OpenValues> {
  const frozen = frozenOf(trainable);
  const program = await device.compile(valuesProgram(trainable), { frozen, state, held });
  return {
    async of(texts, { signal }) {
      const sequences = texts.map(({ tokens }, row) => ({ ids: tokens, row }));
      const rows = textExamples({ rows: texts.length, sequences, truncated: 0 }, processor);
      const run = (feeds: Parameters<typeof program.run>[0], signal?: AbortSignal) =>
        program.run(feeds, signal);
      const all = await runOver(run, rows, ({ values }, lengths) => {
        const [, longest] = values.shape;
        const data = values.data as Float32Array;
        return lengths.map((length, row) => data.slice(row * longest, row * longest + length));
      }, { signal });
      // What is expected before a token is what is expected after the one before.
      return all.map((own, at) => own.slice(own.length - texts[at].answer - 1, -1));
    },
    dispose: () => program.dispose(),
  };
}

/** Feeds a padded batch and gives what is expected after each token, `values` [batch, sequence]. */
function valuesProgram(trainable: TrainableModel): Program {
  const { model, adapter, objective } = trainable;
  const { values } = objective;
  if (!values) {
    throw new TunebookError("unsupported", `${objective.name} has no value function`);
  }
  const weights = withLossParameters(weightInputs(trainable), trainable);
  return {
    name: "values",
    inputs: { ...batchInputs(model), ...weights.inputs },
    compute(inputs) {
      const tensor = (path: string) => inputs[weights.names.get(path)!];
      const net = createNet({ tensor, adapter, quantized: model.quantized });
      const own = lossParameters(trainable).map(({ name }) => [name, tensor(name)] as const);
      const features = headFeatures(net, trainable, inputs);
      const [rows, sequence] = batchOf(inputs).ids.shape as [number, number];
      return { values: tf.reshape(values(features, Object.fromEntries(own)), [rows, sequence]) };
    },
  };
}
