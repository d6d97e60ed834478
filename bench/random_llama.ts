/**
 * A Llama with random weights, as transformers would store it.
 *
 * @module
 */
import { join } from "node:path";
import { exists } from "../lib/core/exists.ts";
import { Random } from "../lib/core/random.ts";
import { sizeOf } from "../lib/engine/mod.ts";
import { llama } from "../lib/models/llama.ts";
import { weightsOf } from "../lib/nn/layer.ts";
import type { Dtype } from "../lib/weights/dtype.ts";
import { writeShards } from "../lib/weights/write_shards.ts";

/** The sizes of a Llama. */
export interface LlamaSizes {
  readonly layers: number;
  readonly hidden: number;
  readonly heads: number;
  readonly keyValueHeads: number;
  readonly intermediate: number;
  readonly words: number;
  /** The language head is the word table; true unless given. */
  readonly tied?: boolean;
  /** How weights are stored; F32 unless given. */
  readonly dtype?: Dtype;
}

const seed = 1;
/** Half the width of the uniform distribution of random weights. */
const weightRange = 0.04;
const shardBytes = 5e8;

/**
 * Writes the model into a folder that has none yet; another model there is left. A tensor is made when its
 * turn comes: a large model whole would not fit beside a step that is measured for its memory.
 */
export async function randomLlama(folder: string, sizes: LlamaSizes): Promise<void> {
  if (await exists(join(folder, "config.json"))) return;
  console.error(`making a random model in ${folder} …`);
  const { dtype = "F32", tied = true } = sizes;
  const json = {
    architectures: ["LlamaForCausalLM"],
    model_type: "llama",
    hidden_size: sizes.hidden,
    num_hidden_layers: sizes.layers,
    num_attention_heads: sizes.heads,
    num_key_value_heads: sizes.keyValueHeads,
    intermediate_size: sizes.intermediate,
    vocab_size: sizes.words,
    max_position_embeddings: 2048,
    tie_word_embeddings: tied,
    rms_norm_eps: 1e-5,
    rope_theta: 10_000,
    hidden_act: "silu",
    bos_token_id: 1,
    eos_token_id: 2,
    pad_token_id: 0,
  };
  const config = llama.readConfig(json);
  const random = Random.fromSeed(seed, "random llama");
  const body = llama.layers(config).flatMap((layer) =>
    weightsOf(layer).map((weight) => ({ ...weight, path: `model.${weight.path}` }))
  );
  const head = llama.heads.language.layers(config, 0).flatMap(weightsOf);
  await Deno.mkdir(folder, { recursive: true });
  await writeShards(
    folder,
    [...body, ...head].map(({ path: name, shape, layer }) => ({
      name,
      dtype,
      shape,
      data() {
        const numbers = new Float32Array(sizeOf(shape));
        if (layer.kind === "norm") return numbers.fill(1);
        for (let i = 0; i < numbers.length; i++) {
          numbers[i] = (2 * random.uniform() - 1) * weightRange;
        }
        return numbers;
      },
    })),
    { maxShardBytes: shardBytes },
  );
  // What makes the files a model comes last.
  await Deno.writeTextFile(join(folder, "config.json"), JSON.stringify(json, null, 2) + "\n");
}
