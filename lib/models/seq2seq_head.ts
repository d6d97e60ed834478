/**
 * The head of encoder-decoders that scores the decoder's next token.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type Tensor, tf } from "../engine/mod.ts";
import type { EncoderDecoderConfig, Head, StoredTensors } from "../nn/family.ts";
import type { Layer } from "../nn/layer.ts";
import { hasOwnHead } from "./decoder_heads.ts";

/** What the head needs to know. */
export interface Seq2SeqConfig extends EncoderDecoderConfig {
  /** True where the head shares the word table. */
  readonly isTied: boolean;
  /** True where a vector of checkpoints is added to the scores, `final_logits_bias`. */
  readonly hasLogitsBias?: boolean;
  /** What hidden states are multiplied with before the head; 1 unless given. */
  readonly headScale?: number;
}

/** The word table of an encoder-decoder, which its encoder, its decoder and a tied head share. */
export const sharedTable = "shared";

const languageHead = "lm_head";
const logitsBias = "final_logits_bias";

/** Names under which checkpoints hold the shared table, or copies of it. */
export function sharedNames(path: string): readonly string[] {
  if (path !== `${sharedTable}.weight`) return [];
  return ["encoder.embed_tokens.weight", "decoder.embed_tokens.weight", `${languageHead}.weight`];
}

/** Copies of the shared table in checkpoints, and versions of fairseq's format. */
export const sharedCopies: readonly RegExp[] = [
  /(?:^|\.)(?:encoder|decoder)\.embed_tokens\.weight$/,
  /(?:^|\.)(?:encoder|decoder)\.version$/,
  /^lm_head\./,
];

/**
 * The linear `lm_head`, or the shared table where the checkpoint has no other numbers for it, as in
 * transformers from version 5 (`tie_weights`).
 *
 * @param biased whether checkpoints of the family may hold `final_logits_bias`
 */
export function seq2seqLanguage<Config extends Seq2SeqConfig>(
  className: string,
  { biased = false }: { readonly biased?: boolean } = {},
): Head<Config> {
  return {
    reads: "tokens",
    isPretrained: true,
    fit(config, stored) {
      checkShared(stored);
      const isTied = config.isTied && !hasOwnHead(sharedTable, stored);
      const hasLogitsBias = biased && stored.tensors.has(logitsBias);
      return { ...config, isTied, hasLogitsBias };
    },
    layers: ({ hiddenSize, vocabSize, isTied, hasLogitsBias }): Layer[] => [
      ...isTied ? [] : [{
        kind: "linear" as const,
        path: languageHead,
        inFeatures: hiddenSize,
        outFeatures: vocabSize,
        bias: false,
      }],
      ...hasLogitsBias ? [{ kind: "offset" as const, path: logitsBias, width: vocabSize }] : [],
    ],
    forward(net, { isTied, hasLogitsBias, headScale = 1 }, hidden: Tensor) {
      const scaled = headScale === 1 ? hidden : tf.mul(hidden, headScale);
      const logits = isTied
        ? net.unembed(sharedTable, scaled)
        : net.linear(languageHead, scaled, { bias: false });
      return hasLogitsBias ? net.offset(logitsBias, logits) : logits;
    },
    className,
  };
}

/** Encoder and decoder must look up the same table. */
function checkShared({ tensors, readFloat32Sync }: StoredTensors): void {
  const tables = [...tensors.keys()].filter((name) =>
    /(?:^|\.)(?:shared|(?:encoder|decoder)\.embed_tokens)\.weight$/.test(name)
  );
  if (tables.length < 2) return;
  const [first, ...others] = tables.map((name) => ({ name, numbers: readFloat32Sync(name) }));
  const differs = others.find(({ numbers }) =>
    numbers.length !== first.numbers.length || numbers.some((each, i) => each !== first.numbers[i])
  );
  if (!differs) return;
  throw new TunebookError(
    "unsupported",
    `${first.name} and ${differs.name} hold different numbers: models whose encoder and decoder have ` +
      "word tables of their own cannot be opened",
  );
}
