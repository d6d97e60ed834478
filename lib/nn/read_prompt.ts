/**
 * Virtual tokens that were read once. No later token changes what a decoder makes of the first ones, so
 * that their keys and values can stand in a program as constants, before every cache.
 *
 * @module
 */
import { type HostTensor, type Program, type Tensor, tf } from "../engine/mod.ts";
import { boundModel } from "./bound_model.ts";
import {
  askedTokens,
  continuationProgram,
  type Continued,
  keyValueNames,
  pastMask,
  writtenPlaces,
} from "./continuation_program.ts";
import type { KeyValueCache } from "./key_value_cache.ts";
import type { FrozenTensor, KeysValues } from "./method.ts";

/** A model without its virtual tokens, and what they have left. */
export interface AfterPrompt<Trained extends Continued> {
  readonly model: Trained;
  /** How many tokens were read; none where there were none. */
  readonly promptTokens: number;
}

/** The names of a layer's constants. */
function promptNames(layer: number): readonly [keys: string, values: string] {
  return [`prompt.${layer}.keys`, `prompt.${layer}.values`];
}

/**
 * Reads a decoder's virtual tokens, with nothing left to train, and puts what was read among the method's
 * frozen tensors.
 *
 * @param run compiles a program with the weights of the model, and runs it once
 */
export async function readPrompt<Trained extends Continued>(
  trained: Trained,
  run: (program: Program, feeds: Record<string, HostTensor>) => Promise<Record<string, HostTensor>>,
): Promise<AfterPrompt<Trained>> {
  const { model, adapter } = trained;
  const { input, virtualTokens = 0, ...others } = adapter;
  if (!input) return { model: trained, promptTokens: 0 };
  const places = writtenPlaces(model.config);
  const row = (...numbers: number[]) => ({ shape: [1, 1], data: Int32Array.from(numbers) });
  // Room for a token that is none: an empty cache has no shape of its own.
  const room = places.flatMap(({ layer, heads, size }) => {
    const { keys, values } = keyValueNames(layer);
    const empty = { shape: [1, heads, 1, size], data: new Float32Array(heads * size) };
    return [[keys, empty], [values, empty]] as const;
  });
  const found = await run(continuationProgram(boundModel(trained), true), {
    input_ids: row(0),
    attention_mask: row(1),
    [askedTokens]: { shape: [1], data: Int32Array.of(virtualTokens) },
    [pastMask]: row(0),
    ...Object.fromEntries(room),
  });
  const frozen = places.flatMap(({ layer, heads, size }): FrozenTensor[] => {
    const { newKeys, newValues } = keyValueNames(layer);
    return [newKeys, newValues].map((name, part) => {
      // The token that stood behind them goes.
      const numbers = firstOfHeads(found[name], virtualTokens);
      return {
        name: promptNames(layer)[part],
        shape: [heads, virtualTokens, size],
        values: () => numbers,
      };
    });
  });
  return {
    model: { ...trained, adapter: { ...others, frozen: [...others.frozen ?? [], ...frozen] } },
    promptTokens: virtualTokens,
  };
}

/** [1, heads, tokens, size] → the first tokens of each head. */
function firstOfHeads({ data, shape }: HostTensor, count: number): Float32Array {
  const [, heads, tokens, size] = shape;
  const made = new Float32Array(heads * count * size);
  for (let head = 0; head < heads; head++) {
    const from = head * tokens * size;
    made.set((data as Float32Array).subarray(from, from + count * size), head * count * size);
  }
  return made;
}

/**
 * A cache behind virtual tokens that were read.
 *
 * @param given the inputs of the program, by name
 */
export function behindPrompt(
  cache: KeyValueCache,
  promptTokens: number,
  given: Readonly<Record<string, Tensor>>,
): KeyValueCache {
  if (promptTokens === 0) return cache;
  const count = tf.scalar(promptTokens, "int32");
  return {
    ...cache,
    lengths: tf.add(cache.lengths, count),
    extend(layer, own) {
      const { segments, mask, positions: { keys, queries } } = cache.extend(layer, own);
      const [rows] = mask.shape;
      const [promptKeys, promptValues] = promptNames(layer).map((name) => {
        const tensor = given[name]; // [heads, tokens, size]
        return tf.tile(tf.expandDims(tensor, 0), [rows, 1, 1, 1]);
      });
      const seen = tf.fill([rows, promptTokens], 1, "int32");
      // They stand right before a row's first token, whatever padding stands there.
      const next = tf.slice(queries, [0, 0], [rows, 1]);
      const padding = tf.sub(next, cache.lengths); // [batch, 1]
      const first: KeysValues = { keys: promptKeys, values: promptValues, mask: seen };
      return {
        segments: [first, ...segments],
        mask: tf.concat([seen, mask], 1),
        positions: {
          keys: tf.concat([tf.add(tf.cumsum(seen, 1, true), padding), tf.add(keys, count)], 1),
          queries: tf.add(queries, count),
        },
      };
    },
  };
}
