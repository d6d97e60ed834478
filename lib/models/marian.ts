/**
 * Marian (Junczys-Dowmunt et al., arXiv 1804.00344) as transformers stores its translation models, such
 * as those of OPUS-MT: BART with sinusoidal positions and without a norm of the embeddings, whose decoder
 * starts with the padding token.
 *
 * @module
 */
import { type Tensor, tf } from "../engine/mod.ts";
import type { BartConfig } from "./bart_config.ts";
import { bartFamily } from "./bart_family.ts";

/** Vaswani et al., arXiv 1706.03762, section 3.5. */
const longestWave = 10_000;

/** Sines of all waves, then cosines, of each position: [maxPositions, hiddenSize]. */
function sinusoids({ maxPositions, hiddenSize }: BartConfig): Float32Array {
  const sines = Math.ceil(hiddenSize / 2);
  return Float32Array.from({ length: maxPositions * hiddenSize }, (_, at) => {
    const [position, column] = [Math.floor(at / hiddenSize), at % hiddenSize];
    const wave = column < sines ? column : column - sines;
    const angle = position / longestWave ** (2 * wave / hiddenSize);
    return column < sines ? Math.sin(angle) : Math.cos(angle);
  });
}

function positions(config: BartConfig, ids: Tensor): Tensor {
  const table = tf.tensor2d(sinusoids(config), [config.maxPositions, config.hiddenSize]);
  const rows = tf.gather(table, tf.reshape(ids, [-1]) as tf.Tensor1D);
  return tf.reshape(rows, [...ids.shape, config.hiddenSize]);
}

/** The Marian family. */
export const marian = bartFamily({
  modelType: "marian",
  className: "MarianMTModel",
  defaults: { padId: 58_100, decoderStartId: "pad", unusedPositions: 0 }, // transformers' default
  normFirst: false,
  normsEmbeddings: false,
  startsWithPadding: true,
  positions,
});
