/**
 * How transformers.js asks for the vectors of texts.
 *
 * @module
 */
import { largestOutput, type ReaderContract } from "../../nn/reader_contract.ts";
import { largestDifference } from "../../nn/run_over.ts";
import type { PoolingName } from "../../text/sentence_settings.ts";
import { textProcessor } from "../shared/text_examples.ts";
import { type Embedding, sentenceOf } from "./examples.ts";
import type { SentenceEmbeddingsOptions } from "./options.ts";
import { type EmbeddingRows, textsOf } from "./rows.ts";

/** Its names of the ways to pool. */
const poolings: Readonly<Record<PoolingName, string>> = {
  mean: "mean",
  cls: "cls",
  last: "last_token",
};

/**
 * `feature-extraction` with the pooling of the training. Its `last_token` is the last one of the batch,
 * which in shorter texts is padding: such texts are asked one at a time.
 */
export function embeddingReader(
  name: string,
  rows: EmbeddingRows,
  options: SentenceEmbeddingsOptions,
): ReaderContract<string, Embedding> {
  const settingsOf = (processor: Parameters<typeof textProcessor>[1]) =>
    sentenceOf(textProcessor(name, processor), options);
  return {
    pipeline: "feature-extraction",
    inputsOf: (table) => textsOf(table, rows).flat(),
    joined: (inputs) => [inputs.join(" ")],
    longInputs: () => true,
    limit: ({ processor }) =>
      settingsOf(processor).pooling === "last"
        ? "transformers.js' pipeline pools the last token of the batch, which in shorter texts is " +
          'padding: ask it for one text at a time, with { pooling: "last_token" }, or its model for ' +
          "sentence_embedding"
        : undefined,
    request(processor) {
      const { pooling, normalize } = settingsOf(processor);
      return { kind: "vectors", pooling: poolings[pooling], normalize };
    },
    async ask(reader, inputs, processor) {
      const { pooling, normalize } = settingsOf(processor);
      const given = { pooling: poolings[pooling], normalize };
      const vectorsOf = async (texts: readonly string[]) => {
        const found = await reader.ask(texts, given) as { tolist(): number[][] };
        return found.tolist().map((vector) => Float32Array.from(vector));
      };
      if (pooling !== "last") return await vectorsOf(inputs);
      const alone: Float32Array[] = [];
      for (const text of inputs) alone.push(...await vectorsOf([text]));
      return alone;
    },
    compare: (found, { answer }) => ({
      difference: largestDifference([found as Float32Array], [answer]),
    }),
    sizeOf: ({ answer }) => largestOutput([answer]),
  };
}
