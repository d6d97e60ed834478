/**
 * A model's sizes as the keys of a GGUF file, and whether they say all of it.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import type { GgufHeader, GgufTensor } from "../../core/gguf/read_gguf.ts";
import type { ValueToWrite } from "../../core/gguf/write_values.ts";
import { shownValue } from "../../core/shown_value.ts";
import type { Gpt2Config } from "../../models/gpt2.ts";
import type { LlamaLikeConfig } from "../../models/llama_like_config.ts";
import {
  type FixedRotary,
  type RotaryFields,
  rotaryFrequencies,
} from "../../models/rotary_scaling.ts";
import type { Model } from "../../nn/model.ts";
import type { GgufArchitecture } from "../../weights/gguf/architectures/architecture.ts";
import { ggufConfig } from "../../weights/gguf/gguf_config.ts";

/** What a file says of the sizes. */
export interface ModelKeys {
  /** With the architecture's name before them. */
  readonly keys: ReadonlyMap<string, ValueToWrite>;
  /** What rotary frequencies are divided by, where the file holds it as a tensor. */
  readonly divisors?: Float32Array;
}

const uint = (value: number): ValueToWrite => ({ type: "uint32", value });
const float = (value: number): ValueToWrite => ({ type: "float32", value });
type Keys = Record<string, ValueToWrite>;

/** The keys of a model. */
export function modelKeys({ name }: GgufArchitecture, model: Pick<Model, "config">): ModelKeys {
  const isGpt2 = name === "gpt2";
  const config = model.config as LlamaLikeConfig | Gpt2Config;
  const own = isGpt2
    ? { "attention.layer_norm_epsilon": float((config as Gpt2Config).epsilon) }
    : llamaLikeKeys(config as LlamaLikeConfig);
  const keys: Keys = {
    context_length: uint(positionsOf(name, config)),
    embedding_length: uint(config.hiddenSize),
    block_count: uint(config.numLayers),
    feed_forward_length: uint(config.intermediateSize),
    "attention.head_count": uint(config.numHeads),
    ...own,
    vocab_size: uint(config.vocabSize),
  };
  const { rotary, headSize } = config as LlamaLikeConfig;
  const scaling = isGpt2 ? undefined : rotary.scaling;
  return {
    keys: new Map(Object.entries(keys).map(([key, value]) => [`${name}.${key}`, value])),
    ...(scaling?.kind === "llama3"
      ? { divisors: divisorsOf({ theta: rotary.theta, scaling }, headSize) }
      : {}),
  };
}

/** llama.cpp's `llama` knows no window: texts that fit into it are read as the model reads them. */
function positionsOf(name: string, config: LlamaLikeConfig | Gpt2Config): number {
  const { maxPositions, sliding } = config as LlamaLikeConfig;
  return name === "llama" && sliding ? Math.min(maxPositions, sliding.window) : maxPositions;
}

function llamaLikeKeys(config: LlamaLikeConfig): Keys {
  const { headSize, rotary, sliding, scoreCap, logitCap } = config;
  return {
    "attention.head_count_kv": uint(config.numKeyValueHeads),
    "attention.key_length": uint(headSize),
    "attention.value_length": uint(headSize),
    "attention.layer_norm_rms_epsilon": float(config.epsilon),
    "rope.dimension_count": uint(headSize),
    "rope.freq_base": float(rotary.theta),
    ...scalingKeys(rotary),
    ...(sliding ? { "attention.sliding_window": uint(sliding.window) } : {}),
    ...patternKeys(sliding),
    ...(scoreCap === undefined ? {} : { attn_logit_softcapping: float(scoreCap) }),
    ...(logitCap === undefined ? {} : { final_logit_softcapping: float(logitCap) }),
  };
}

/** What llama.cpp takes where a file of Gemma 3 does not say. */
const [usualPattern, usualLocalBase] = [6, 10_000];

/** One layer of so many sees the whole text, and the base of the others. */
function patternKeys(sliding: LlamaLikeConfig["sliding"]): Keys {
  if (!sliding?.rotary) return {};
  const pattern = sliding.layers.indexOf(false) + 1;
  const { theta } = sliding.rotary;
  return {
    ...(pattern > 0 && pattern !== usualPattern
      ? { "attention.sliding_window_pattern": uint(pattern) }
      : {}),
    ...(theta === usualLocalBase ? {} : { "rope.freq_base_swa": float(theta) }),
  };
}

/** What a file cannot say is left out, which `checkModelKeys` then finds. */
function scalingKeys({ scaling }: RotaryFields): Keys {
  if (scaling?.kind !== "linear" && scaling?.kind !== "yarn") return {};
  return {
    "rope.scaling.type": { type: "string", value: scaling.kind },
    "rope.scaling.factor": float(scaling.factor),
    ...(scaling.kind === "yarn"
      ? { "rope.scaling.original_context_length": uint(scaling.original) }
      : {}),
  };
}

/** Plain frequencies ÷ slowed ones, [size / 2]. */
function divisorsOf(rotary: FixedRotary, size: number): Float32Array {
  const slowed = rotaryFrequencies(rotary, size);
  return rotaryFrequencies({ theta: rotary.theta }, size).map((each, i) => each / slowed[i]);
}

/** What is of no matter for what a trained model computes, or stands elsewhere in the file. */
const beside: ReadonlySet<string> = new Set([
  "attentionDropout",
  "embeddingDropout",
  "headDropout",
  "hiddenDropout",
  "initializerRange",
  "maxTokens",
  "padId",
]);

/** float32 keeps seven digits, which is what readers take. */
const digits = 6;

/**
 * Throws an error of kind "unsupported" for all of a model's settings that would be others when the file
 * is read again: the keys are read as a file's are.
 */
export function checkModelKeys(architecture: GgufArchitecture, model: Model): void {
  const { keys, divisors } = modelKeys(architecture, model);
  const placeholder = (shape: readonly number[]): GgufTensor => ({ type: 0, shape, offset: 0 });
  const { vocabSize, hiddenSize, isTied } = model.config as LlamaLikeConfig;
  const hasBias = (end: string) =>
    model.layers.some(({ path, ...layer }) =>
      path.endsWith(end) && layer.kind === "linear" && layer.bias !== false
    );
  const tensors = new Map([["token_embd.weight", placeholder([vocabSize, hiddenSize])]]);
  if (!isTied) tensors.set("output.weight", placeholder([vocabSize, hiddenSize]));
  if (hasBias("q_proj")) tensors.set("blk.0.attn_q.bias", placeholder([1]));
  if (hasBias("up_proj")) tensors.set("blk.0.ffn_up.bias", placeholder([1]));
  const header: GgufHeader = {
    path: "the GGUF file",
    size: 0,
    metadata: new Map([
      ["general.architecture", architecture.name],
      ...Array.from(keys, ([key, value]) => [key, asRead(value)] as const),
    ]),
    tensors,
  };
  const read = model.family.readConfig({
    // transformers' Mistral has one where a config says nothing.
    ...(model.family.modelType === "mistral" ? { sliding_window: null } : {}),
    ...ggufConfig(header, divisors),
  });
  const positions = positionsOf(architecture.name, model.config as LlamaLikeConfig);
  const config: object = { ...model.config, maxPositions: positions };
  const wrong = Object.keys({ ...config, ...read }).filter((name) =>
    !beside.has(name) && text(config, name) !== text(read, name)
  );
  if (wrong.length === 0) return;
  const shown = wrong.map((name) =>
    `${name} is ${shownValue((model.config as unknown as Record<string, unknown>)[name])}`
  );
  throw new TunebookError(
    "unsupported",
    `a GGUF file of the architecture ${architecture.name} cannot say that ${
      shown.join(" and ")
    }; ` +
      "deploy it with merged(folder) or onnx(folder)",
  );
}

function asRead({ type, value }: ValueToWrite) {
  return type === "float32" ? Math.fround(value) : value as string | number | boolean;
}

/** A setting with numbers as float32 keeps them. */
function text(config: object, name: string): string | undefined {
  return JSON.stringify(
    (config as Record<string, unknown>)[name],
    (_, value) => typeof value === "number" ? Number(value.toPrecision(digits)) : value,
  );
}
