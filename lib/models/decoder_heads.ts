/**
 * The heads of decoders, which are the same in all families: linears without biases.
 *
 * @module
 */
import { tf } from "../engine/mod.ts";
import type { Head, StoredTensors, TextConfig } from "../nn/family.ts";

/** What a language head needs to know. */
export interface DecoderConfig extends TextConfig {
  /** True where the language head shares the word table. */
  readonly isTied: boolean;
  /** Where given, scores are bounded smoothly: logitCap · tanh(score / logitCap). */
  readonly logitCap?: number;
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

const languageHead = "lm_head";

/**
 * Scores of the next token: the linear `lm_head`, or the word table where it is shared. A checkpoint that
 * says that it is shared and holds an `lm_head.weight` with other numbers has a head of its own, as in
 * transformers from version 5 (`tie_weights`).
 */
export function decoderLanguage<Config extends DecoderConfig>(
  wordTable: string,
  className: string,
): Head<Config> {
  return {
    reads: "tokens",
    isPretrained: true,
    fit: (config, stored) =>
      config.isTied && hasOwnHead(wordTable, stored) ? { ...config, isTied: false } : config,
    layers: ({ hiddenSize, vocabSize, isTied }) =>
      isTied ? [] : [{
        kind: "linear",
        path: languageHead,
        inFeatures: hiddenSize,
        outFeatures: vocabSize,
        bias: false,
      }],
    forward(net, { isTied, logitCap }, hidden) {
      const scores = isTied
        ? net.unembed(wordTable, hidden)
        : net.linear(languageHead, hidden, { bias: false });
      return logitCap === undefined ? scores : tf.mul(tf.tanh(tf.div(scores, logitCap)), logitCap);
    },
    className,
  };
}

/** Whether a checkpoint holds both matrices, with different numbers. */
export function hasOwnHead(
  wordTable: string,
  { tensors, readFloat32Sync }: StoredTensors,
): boolean {
  const head = `${languageHead}.weight`;
  const table = [...tensors.keys()].find((name) => `.${name}`.endsWith(`.${wordTable}.weight`));
  if (!tensors.has(head) || table === undefined) return false;
  const [own, shared] = [readFloat32Sync(head), readFloat32Sync(table)];
  return own.length !== shared.length || own.some((number, i) => number !== shared[i]);
}
