/**
 * Small methods whose PEFT folders hold other tensors than those that they train, and one that runs
 * the model for its start.
 *
 * @module
 */
import { textConfig } from "../../lib/nn/model.ts";
import { captureKeysValues } from "../../lib/adapters/parts/key_value_capture.ts";
import type { PeftConfig } from "../../lib/adapters/peft/config.ts";
import { type Tensor, tf } from "../../lib/engine/mod.ts";
import type { AttachedMethod, Method, ModelInfo, Parameter } from "../../lib/nn/method.ts";
import { parameter, prefix, prompt } from "./toy_adapters.ts";

/** Settings of the toy prompt. */
export interface ToyPromptOptions {
  readonly count?: number;
  /** Words to start from; random ones of the vocabulary unless given. */
  readonly text?: string;
}

const wordTable = "embeddings.word_embeddings.weight";
const promptTensor = "prompt_embeddings";

/** Rows of the word embeddings. */
function rowsOf(
  { weights, config: { hiddenSize } }: ModelInfo,
  ids: ArrayLike<number>,
): Float32Array {
  const table = weights.get(wordTable)!;
  return Float32Array.from(
    Array.from(ids, (id) => [...table.subarray(id * hiddenSize, (id + 1) * hiddenSize)]).flat(),
  );
}

/** [rows, inner] · [inner, columns] */
function product(a: Float32Array, b: Float32Array, inner: number): Float32Array {
  const columns = b.length / inner;
  return Float32Array.from({ length: a.length / inner * columns }, (_, at) => {
    const row = Math.floor(at / columns);
    let sum = 0;
    for (let k = 0; k < inner; k++) sum += a[row * inner + k] * b[k * columns + at % columns];
    return sum;
  });
}

/** Virtual tokens that an encoder makes in training; only what it makes is saved. */
export function encodedPrompt({ count = 3, text }: ToyPromptOptions = {}): Method {
  return {
    method: "toy",
    settings: { count },
    attach(modelInfo) {
      const { hiddenSize, vocabSize } = textConfig(modelInfo);
      const table: Parameter = {
        name: "prompt.table",
        shape: [count, hiddenSize],
        decay: true,
        initial(random) {
          const ids = text === undefined ? undefined : modelInfo.encode!(text);
          const idOf = (at: number) => ids?.[at % ids.length] ?? random.integer(vocabSize);
          return rowsOf(modelInfo, Array.from({ length: count }, (_, at) => idOf(at)));
        },
      };
      const dense: Parameter = {
        name: "prompt.dense",
        shape: [hiddenSize, hiddenSize],
        decay: true,
        initial: () =>
          Float32Array.from(
            { length: hiddenSize ** 2 },
            (_, at) => Number(at % (hiddenSize + 1) === 0),
          ),
      };
      const plain = prompt(modelInfo, count);
      return {
        ...plain,
        parameters: [table, dense],
        input: (tokens, context) =>
          plain.input!(tokens, {
            ...context,
            parameter: () =>
              tf.matMul(context.parameter(table.name), context.parameter(dense.name)),
          }),
        peft: {
          modelPrefix: "base_model",
          write: (values) => ({
            config: promptConfig(count, hiddenSize),
            tensors: [{
              name: promptTensor,
              shape: [count, hiddenSize],
              data: product(values.get(table.name)!, values.get(dense.name)!, hiddenSize),
            }],
          }),
        },
      };
    },
  };
}

/** The virtual tokens of a folder, without their encoder. */
export function promptFromPeft({ num_virtual_tokens: count }: PeftConfig): Method {
  return {
    method: "toy",
    settings: { count },
    attach(modelInfo) {
      const plain = prompt(modelInfo, Number(count));
      const [{ name, shape }] = plain.parameters;
      return {
        ...plain,
        peft: {
          modelPrefix: "base_model",
          write: (values) => ({
            config: promptConfig(Number(count), modelInfo.config.hiddenSize),
            tensors: [{ name: promptTensor, shape, data: values.get(name)! }],
          }),
          names: new Map([[name, [promptTensor]]]),
        },
      };
    },
  };
}

function promptConfig(count: number, width: number): PeftConfig {
  return { peft_type: "TOY_PROMPT", num_virtual_tokens: count, token_dim: width };
}

/** A low-rank change whose diagonal is pruned in training, in the manner of AdaLoRA. */
export interface ToyRanks {
  readonly initialRank: number;
  /** How many ranks each linear keeps. */
  readonly budget: number;
  /** Linear → which of the initial ranks are still there; all unless given. */
  readonly kept?: Readonly<Record<string, readonly boolean[]>>;
}

/** y + (x·Aᵀ ∘ e)·Bᵀ with the smallest entries of e set to zero after every step. */
export function prunedRanks({ initialRank, budget, kept }: ToyRanks): Method {
  const attach = (modelInfo: ModelInfo): AttachedMethod => {
    const sites = modelInfo.layers.flatMap((layer) => {
      if (layer.kind !== "linear" || !/\.(query|value)$/.test(layer.path)) return [];
      const mask = kept?.[layer.path] ?? Array<boolean>(initialRank).fill(true);
      return [{ ...layer, mask, rank: mask.filter((each) => each).length }];
    });
    const tensorName = (name: string) => `base_model.model.${modelInfo.pathPrefix}${name}`;
    const parameters = sites.flatMap(({ path, inFeatures, outFeatures, rank }) => [
      parameter(`${path}.lora_A`, [rank, inFeatures]),
      parameter(`${path}.lora_B`, [outFeatures, rank]),
      parameter(`${path}.lora_E`, [rank, 1]),
    ]);
    return {
      parameters,
      trains: () => false,
      output(path, x, y, context) {
        if (!sites.some((site) => site.path === path)) return y;
        const of = (role: string): Tensor => context.parameter(`${path}.lora_${role}`);
        const low = tf.mul(tf.matMul(x, of("A"), false, true), tf.transpose(of("E")));
        return tf.add(y, tf.matMul(low, of("B"), false, true));
      },
      afterStep: ({ parameters }) =>
        new Map(sites.map(({ path }) => {
          const name = `${path}.lora_E`;
          const values = parameters.get(name)!;
          const least = values.map(Math.abs).toSorted().at(-budget)!;
          return [name, values.map((each) => Math.abs(each) >= least ? each : 0)];
        })),
      peft: {
        write(values) {
          const found = sites.map((site) => {
            const e = values.get(`${site.path}.lora_E`)!;
            const left = [...e.keys()].filter((at) => e[at] !== 0);
            let at = 0;
            return { ...site, left, mask: site.mask.map((was) => was && e[at++] !== 0) };
          });
          return {
            config: { peft_type: "TOY_RANKS", init_r: initialRank, target_r: budget },
            learned: {
              rank_pattern: Object.fromEntries(
                found.map(({ path, mask }) => [`${path}.lora_E`, mask]),
              ),
            },
            tensors: found.flatMap(({ path, inFeatures, outFeatures, rank, left }) => {
              const a = values.get(`${path}.lora_A`)!;
              const b = values.get(`${path}.lora_B`)!;
              const rows = left.flatMap((
                k,
              ) => [...a.subarray(k * inFeatures, (k + 1) * inFeatures)]);
              const columns = Array.from(
                { length: outFeatures },
                (_, row) => left.map((k) => b[row * rank + k]),
              );
              const e = left.map((k) => values.get(`${path}.lora_E`)![k]);
              const tensor = (role: string, shape: number[], data: number[]) => ({
                name: tensorName(`${path}.lora_${role}`),
                shape,
                data: Float32Array.from(data),
              });
              return [
                tensor("A", [left.length, inFeatures], rows),
                tensor("B", [outFeatures, left.length], columns.flat()),
                tensor("E", [left.length, 1], e),
              ];
            }),
          };
        },
        names: new Map(parameters.map(({ name }) => [name, [tensorName(name)]])),
      },
    };
  };
  return { method: "toy", settings: { initialRank, budget }, attach };
}

/** The ranks that a folder kept. */
export function ranksFromPeft(config: PeftConfig): Method {
  const pattern = config.rank_pattern as Record<string, boolean[]>;
  const kept = Object.fromEntries(
    Object.entries(pattern).map(([name, mask]) => [name.replace(/\.lora_E$/, ""), mask]),
  );
  return prunedRanks({
    initialRank: config.init_r as number,
    budget: config.target_r as number,
    kept,
  });
}

/** A prefix that starts at the keys and values which the model has for real tokens. */
export function prefixFrom(ids: readonly number[]): Method {
  const withStart = (start: ReadonlyMap<string, Float32Array>): Method => ({
    method: "toy",
    settings: {},
    attach(modelInfo) {
      const plain = prefix(modelInfo, ids.length);
      return {
        ...plain,
        parameters: plain.parameters.map((each) => ({
          ...each,
          initial: () => start.get(each.name)!,
        })),
      };
    },
  });
  return {
    ...withStart(new Map()),
    async prepare(modelInfo) {
      const found = await captureKeysValues(modelInfo, ids);
      return withStart(
        new Map(found.flatMap(({ keys, values }, layer) => [
          [`prefix.${layer}.keys`, keys],
          [`prefix.${layer}.values`, values],
        ])),
      );
    },
  };
}
