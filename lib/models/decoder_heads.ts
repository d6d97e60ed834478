/**
 * The heads of decoders, which are the same in all families: linears without biases.
 *
 * @module
 */
import type { Head, TextConfig } from "../nn/family.ts";

/** What a language head needs to know. */
export interface DecoderConfig extends TextConfig {
  /** True where the language head shares the word table. */
  readonly isTied: boolean;
}

/** Scores of classes from the last token: the linear `score`. */
export function decoderClassification<Config extends TextConfig>(
  className: string,
): Head<Config> {
  return {
    reads: "pooled",
    layers: ({ hiddenSize }, outputs) => [
      { kind: "linear", path: "score", inFeatures: hiddenSize, outFeatures: outputs, bias: false },
    ],
    forward: (net, _config, last) => net.linear("score", last, { bias: false }),
    className,
  };
}

/** Scores of the next token: the linear `lm_head`, or the word table where it is shared. */
export function decoderLanguage<Config extends DecoderConfig>(
  wordTable: string,
  className: string,
): Head<Config> {
  return {
    reads: "tokens",
    isPretrained: true,
    layers: ({ hiddenSize, vocabSize, isTied }) =>
      isTied ? [] : [{
        kind: "linear",
        path: "lm_head",
        inFeatures: hiddenSize,
        outFeatures: vocabSize,
        bias: false,
      }],
    forward: (net, { isTied }, hidden) =>
      isTied ? net.unembed(wordTable, hidden) : net.linear("lm_head", hidden, { bias: false }),
    className,
  };
}
