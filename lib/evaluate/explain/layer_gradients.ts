/**
 * Gradients of what is explained by the vectors that a model has of each token: those of the word table, or those that
 * a block is given; of an image by its pixels.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type InputSpec, type Program, type Tensor, valueAndGradients } from "../../engine/mod.ts";
import { batchInputs, batchOf } from "../../nn/batch_inputs.ts";
import { createNet } from "../../nn/create_net.ts";
import { encode } from "../../nn/encoder.ts";
import type { Net } from "../../nn/net.ts";
import { type TrainableModel, weightInputs } from "../../nn/trainable_model.ts";
import {
  targetInputs,
  targetSum,
  targetSums,
  type TermLogits,
  termLogits,
} from "./target_terms.ts";

/**
 * Where gradients are taken: at what the word table gives (`words`), at what the block of that number is given, from 0,
 * or at an image (`pixels`).
 */
export type ExplainedLayer = "words" | "pixels" | number;

/** The feed of the vectors at which gradients are taken: [batch, sequence, hiddenSize], or an image's pixels. */
export const points = "points";

/** Feeds a batch and gives the `vectors` of its tokens, [batch, sequence, hiddenSize]. */
export function vectorsProgram(trainable: TrainableModel, layer: "words" | number): Program {
  const { model } = trainable;
  return programOf(trainable, "vectors", batchInputs(model), (net, inputs) => ({
    vectors: layer === "words"
      ? net.embedding(wordTableOf(trainable), inputs.input_ids)
      : encode(net, model, batchOf(inputs), { until: layer }),
  }));
}

/**
 * Feeds a batch without ids or pixels, `points` and the target's terms; gives `gradients` of the points' shape. No
 * gradient of a weight is computed.
 */
export function gradientsProgram(trainable: TrainableModel, layer: ExplainedLayer): Program {
  return programAt(trainable, layer, "gradients of a target", (logitsOf, fed) => {
    const explained = () => targetSum(logitsOf(), fed);
    const { gradients } = valueAndGradients(explained, { points: fed[points] });
    return { gradients: gradients.points };
  });
}

/** Feeds the same, and gives the target's `sums` at the points, [batch]. */
export function sumsProgram(trainable: TrainableModel, layer: ExplainedLayer): Program {
  return programAt(trainable, layer, "a target at points", (logitsOf, fed) => ({
    sums: targetSums(logitsOf(), fed),
  }));
}

/** Feeds a batch without ids or pixels, `points` and the target's terms. */
function programAt(
  trainable: TrainableModel,
  layer: ExplainedLayer,
  name: string,
  compute: (logitsOf: () => TermLogits, fed: Fed) => Record<string, Tensor>,
): Program {
  const { given, batch, inputsAt, netAt } = startOf(trainable, layer);
  const inputs = { ...batch, [points]: given, ...targetInputs };
  const first = typeof layer === "number" ? layer : 0;
  return programOf(
    trainable,
    name,
    inputs,
    (net, fed) => compute(() => termLogits(netAt(net, fed), trainable, inputsAt(fed), first), fed),
  );
}

type Fed = Readonly<Record<string, Tensor>>;

/** How a forward pass begins at given points. */
interface Start {
  /** What the points are. */
  readonly given: InputSpec;
  /** What else is fed. */
  readonly batch: Readonly<Record<string, InputSpec>>;
  /** The inputs of a forward pass that begins there. */
  inputsAt(fed: Fed): Fed;
  netAt(net: Net, fed: Fed): Net;
}

function startOf(trainable: TrainableModel, layer: ExplainedLayer): Start {
  const { model, adapter } = trainable;
  if (layer === "pixels") {
    const [[name, given], ...others] = Object.entries(batchInputs(model));
    return {
      given,
      batch: Object.fromEntries(others),
      inputsAt: (fed) => ({ ...fed, [name]: fed[points] }),
      netAt: (net) => net,
    };
  }
  const { numLayers } = model.config;
  if (typeof layer === "number" && layer >= numLayers) throw noSuchBlock(layer, numLayers);
  const { input_ids: _, ...batch } = batchInputs(model);
  const { attention_mask: mask } = batch;
  const given = {
    role: "feed",
    type: "float32",
    shape: ["batch", "sequence", model.config.hiddenSize],
  } as const;
  if (layer !== "words") {
    if (adapter.input) throw virtualTokens();
    if (model.family.decoder) throw encoderDecoder(trainable);
    return {
      given,
      batch: { attention_mask: mask },
      inputsAt: (fed) => ({ ...fed, hidden: fed[points] }),
      netAt: (net) => net,
    };
  }
  const table = wordTableOf(trainable);
  return {
    given,
    batch,
    // Ids are looked up in the word table and nowhere else, and the points stand in its place.
    inputsAt: (fed) => ({ ...fed, input_ids: fed.attention_mask }),
    // A decoder that shares the table looks up ids of its own.
    netAt: (net, fed) => ({
      ...net,
      embedding: (path, ids) =>
        path === table && ids === fed.attention_mask ? fed[points] : net.embedding(path, ids),
    }),
  };
}

function programOf(
  trainable: TrainableModel,
  name: string,
  inputs: Readonly<Record<string, InputSpec>>,
  compute: (net: Net, fed: Fed) => Record<string, Tensor>,
): Program {
  const { model, adapter } = trainable;
  const weights = weightInputs(trainable);
  return {
    name,
    inputs: { ...inputs, ...weights.inputs },
    compute: (fed) =>
      compute(
        createNet({
          tensor: (path) => fed[weights.names.get(path)!],
          adapter,
          quantized: model.quantized,
        }),
        fed,
      ),
  };
}

/** The table that `embed` of the family looks words up in. */
function wordTableOf({ model: { family } }: Pick<TrainableModel, "model">): string {
  const table = family.stack?.wordTable;
  if (table !== undefined) return table;
  throw new TunebookError(
    "unsupported",
    `gradients by words need a model whose blocks read one table of words, and ${family.modelType} models ` +
      "are none; take occlusion(), lime() or shapley()",
  );
}

function noSuchBlock(layer: number, blocks: number): TunebookError {
  return new TunebookError(
    "input",
    `integratedGradients: layer is ${layer}, but the model has the blocks 0 to ${blocks - 1}`,
  );
}

function encoderDecoder({ model: { family: { modelType } } }: TrainableModel): TunebookError {
  return new TunebookError(
    "unsupported",
    `${modelType} models are an encoder and a decoder, which have blocks of their own; leave layer out`,
  );
}

function virtualTokens(): TunebookError {
  return new TunebookError(
    "unsupported",
    "the method puts virtual tokens before the texts, so that blocks have others than the texts'; leave layer out",
  );
}
