/**
 * SentencePiece vocabularies of GGUF files (`tokenizer.ggml.model` is `llama`) → tokenizer.json, as
 * transformers makes it from such a file.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { readGgufArray } from "../../core/gguf/read_gguf.ts";
import { hasMerges, impliedMerges, readMerges } from "./merges.ts";
import type { TokenizerFields } from "./tokenizer_fields.ts";
import { checkTokenCount, type GgufVocabulary } from "./vocabulary_keys.ts";

/** What stands for a space. */
const mark = "▁";

/** llama.cpp's ids where a file of this kind does not say them. */
export const sentencePieceIds = { bos: 1, eos: 2, unknown: 0 } as const;

/** The fields of tokenizer.json. */
export async function sentencePieceFields(vocabulary: GgufVocabulary): Promise<TokenizerFields> {
  const { header, ids, flag } = vocabulary;
  const isGemma = String(header.metadata.get("general.architecture")).startsWith("gemma");
  // Gemma's files write tokens of spaces as such, but its normalizer makes marks of all spaces.
  const tokens = isGemma
    ? vocabulary.tokens.map((token) => /^ {2,}$/.test(token) ? mark.repeat(token.length) : token)
    : vocabulary.tokens;
  const model = {
    type: "BPE",
    dropout: null,
    unk_token: tokens[ids.unknown] ?? null,
    continuing_subword_prefix: null,
    end_of_word_suffix: null,
    fuse_unk: true,
    byte_fallback: true,
    ignore_merges: false,
    vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
    merges: hasMerges(header)
      ? await readMerges(header)
      : await implied(vocabulary, tokens, isGemma),
  };
  const prefix = !isGemma && (flag("add_space_prefix") ?? true);
  const spaces = { type: "Replace", pattern: { String: mark }, content: " " };
  const decoders = [
    spaces,
    { type: "ByteFallback" },
    { type: "Fuse" },
    ...(prefix ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : []),
  ];
  return {
    model,
    normalizer: isGemma ? { type: "Replace", pattern: { String: " " }, content: mark } : null,
    preTokenizer: isGemma ? null : {
      type: "Metaspace",
      replacement: mark,
      prepend_scheme: prefix ? "first" : "never",
      split: false,
    },
    decoder: { type: "Sequence", decoders },
    addsFirstToken: true,
    tokens,
  };
}

/** Gemma's merges go by the order of its tokens, other models' by their scores. */
async function implied(
  { header }: GgufVocabulary,
  tokens: readonly string[],
  isGemma: boolean,
): Promise<[string, string][]> {
  if (isGemma) return impliedMerges(tokens, tokens.map((_, id) => -id));
  const scores = await readGgufArray(header, "tokenizer.ggml.scores", "number");
  checkTokenCount(header.path, "scores", scores.length, tokens.length);
  const wrong = scores.findIndex((score) => !Number.isFinite(score));
  if (wrong < 0) return impliedMerges(tokens, scores);
  throw new TunebookError(
    "weights",
    `${header.path}: tokenizer.ggml.scores has ${scores[wrong]} for the token ${wrong}`,
  );
}
