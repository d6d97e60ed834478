/**
 * A tiny random BERT and rows for it.
 *
 * @module
 */
import { Random } from "../../lib/core/random.ts";
import type { HostTensor } from "../../lib/engine/mod.ts";
import { familyOf } from "../../lib/models/mod.ts";
import { weightsOf } from "../../lib/nn/layer.ts";
import { type Model, textConfig } from "../../lib/nn/model.ts";
import type { Objective } from "../../lib/nn/objective.ts";
import type { TrainableModel } from "../../lib/nn/trainable_model.ts";
import { bodyUnder } from "../../lib/nn/task_head.ts";
import { nextTokenObjective } from "../../lib/tasks/shared/next_token_objective.ts";
import type { Feeds } from "../../lib/nn/feeds.ts";
import type { TrainingRows } from "../../lib/train/train.ts";

/** Training rows whose feeds are there at once. */
export interface TextRows extends TrainingRows {
  feedsOf(sequences: ArrayLike<number>): Feeds;
}

/** What a toy model is like. */
export interface ToyOptions {
  readonly modelType?: string;
  readonly width?: number;
  readonly layers?: number;
  readonly outputs?: number;
  readonly dropout?: number;
  readonly seed?: number;
  /** One of the family's heads; `classification` unless given. */
  readonly head?: string;
  /** Tokens in the vocabulary; `toyRows` uses the first 19. */
  readonly vocabulary?: number;
  /** Whether a language head shares the word table; as is customary in the family unless given. */
  readonly isTied?: boolean;
  /** Numbers of a head, where the family has a field for it. */
  readonly headSize?: number;
  /** The most tokens of a text; 16 unless given. */
  readonly positions?: number;
  /** Further fields of the config. */
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Positions that turn by the length of a text: those of up to four tokens otherwise than longer ones. */
export const lengthFields: Readonly<Record<string, ToyOptions>> = {
  dynamic: { positions: 4, fields: { rope_scaling: { type: "dynamic", factor: 4 } } },
  longrope: {
    fields: {
      original_max_position_embeddings: 4,
      rope_scaling: { type: "longrope", short_factor: [1, 1.5], long_factor: [2, 8] },
    },
  },
};

/** Tokens in a toy model's vocabulary unless given. */
export const toyVocabulary = 19;

/** Windows shorter than rows, heads of a size of their own and bounds that matter to small scores. */
const qwen = { use_sliding_window: true, sliding_window: 3, max_window_layers: 1, head_dim: 6 };
const gemma = {
  head_dim: 6,
  sliding_window: 3,
  query_pre_attn_scalar: 5,
  final_logit_softcapping: 3,
};
const gemma3 = {
  ...gemma,
  sliding_window_pattern: 2,
  rope_scaling: { type: "linear", factor: 2 },
};
const slidingFields: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  qwen2: qwen,
  qwen3: qwen,
  mistral: { sliding_window: 3 },
  gemma2: { ...gemma, attn_logit_softcapping: 2 },
  gemma3,
  gemma3_text: gemma3,
};

/** A decoder with the head that predicts the next token. */
export function toyLanguageModel(options: ToyOptions = {}): Model {
  return toyModel({ ...options, head: "language", outputs: 0 });
}

/** A model with random weights; biases and norms are random too, so that all of them matter. */
export function toyModel(options: ToyOptions = {}): Model {
  const { modelType = "bert", width = 8, layers = 1, outputs = 3, dropout = 0, seed = 1 } = options;
  const { vocabulary = toyVocabulary, positions = 16, isTied } = options;
  const { head: name = "classification", headSize } = options;
  const family = familyOf(modelType);
  const fields = {
    model_type: modelType,
    hidden_size: width,
    dim: width,
    num_hidden_layers: layers,
    n_layers: layers,
    num_attention_heads: 2,
    n_heads: 2,
    intermediate_size: 2 * width,
    hidden_dim: 2 * width,
    vocab_size: vocabulary,
    max_position_embeddings: positions,
    hidden_dropout_prob: dropout,
    attention_probs_dropout_prob: dropout,
    classifier_dropout: dropout,
    dropout,
    attention_dropout: dropout,
    seq_classif_dropout: dropout,
    n_embd: width,
    n_layer: layers,
    n_head: 2,
    n_positions: positions,
    n_inner: 2 * width,
    embd_pdrop: dropout,
    attn_pdrop: dropout,
    resid_pdrop: dropout,
    num_key_value_heads: 1,
    ...(isTied === undefined ? {} : { tie_word_embeddings: isTied }),
    ...slidingFields[modelType],
    ...(headSize === undefined ? {} : { head_dim: headSize }),
    ...options.fields,
  };
  const json = family.part ? { model_type: modelType, text_config: fields } : fields;
  const config = family.readConfig(json);
  const { [name]: wanted } = family.heads;
  const head = wanted.layers(config, outputs);
  const all = [...bodyUnder(family, config, wanted), ...head];
  const random = Random.fromSeed(seed, "toy");
  const weights = new Map(
    all.flatMap(weightsOf).map(({ path, shape, layer }) => {
      const size = shape.reduce((product, dim) => product * dim, 1);
      const isScale = layer.kind === "norm" && path.endsWith(".weight");
      const centre = isScale && !layer.plusOne ? 1 : 0;
      return [path, Float32Array.from({ length: size }, () => centre + 0.4 * random.normal())];
    }),
  );
  return {
    reference: "toy",
    family,
    config,
    json,
    layers: all,
    head: wanted.isPretrained ? [] : head.map(({ path }) => path),
    headRequest: { name, outputs },
    weights,
  };
}

/** Random rows of three to seven tokens, padded to the longest of a batch. */
export function toyRows(count: number, { types = true, seed = 1 } = {}): TextRows {
  const random = Random.fromSeed(seed, "rows");
  const rows = Array.from(
    { length: count },
    () => Array.from({ length: 3 + random.integer(5) }, () => 1 + random.integer(18)),
  );
  return {
    lengths: rows.map(({ length }) => length),
    feedsOf(numbers) {
      const chosen = Array.from(numbers, (at) => rows[at]);
      const longest = Math.max(...chosen.map(({ length }) => length));
      const shape = [chosen.length, longest];
      const padded = (of: (token: number, at: number, length: number) => number): HostTensor => ({
        shape,
        data: Int32Array.from(
          chosen.flatMap((row) =>
            Array.from(
              { length: longest },
              (_, at) => at < row.length ? of(row[at], at, row.length) : 0,
            )
          ),
        ),
      });
      return {
        input_ids: padded((token) => token),
        attention_mask: padded(() => 1),
        ...(types ? { token_type_ids: padded((_, at, length) => Number(at >= length / 2)) } : {}),
      };
    },
  };
}

/** Predicts the next token of every row, and the first one where virtual tokens stand before it. */
export function nextTokens(
  { model, adapter }: Pick<TrainableModel, "model" | "adapter">,
  rows: TextRows,
): Objective {
  const texts = Array.from(rows.lengths, (_, row) => ({ ids: rows.feedsOf([row]).input_ids.data }));
  const { vocabSize } = textConfig(model);
  const afterVirtualTokens = Boolean(adapter.input);
  return nextTokenObjective({ texts, vocabSize, afterVirtualTokens });
}

/** A class for each row that depends on its first token, so that there is something to learn. */
export function toyTargets(rows: TextRows, outputs = 3): Float32Array {
  const targets = new Float32Array(rows.lengths.length * outputs);
  for (let row = 0; row < rows.lengths.length; row++) {
    const [first] = rows.feedsOf([row]).input_ids.data;
    targets[row * outputs + first % outputs] = 1;
  }
  return targets;
}
