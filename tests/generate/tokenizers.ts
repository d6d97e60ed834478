/**
 * Tokenizers of the kinds that language models have, with vocabularies made for the tests.
 *
 * @module
 */
import { join } from "node:path";
import { byteCharacters, byteOfCharacter } from "../../lib/text/byte_characters.ts";
import { loadTokenizer, type Tokenizer } from "../../lib/text/tokenizer.ts";
import { inFolder } from "../weights/in_folder.ts";

const letters = [..."abcdefghijklmnopqrstuvwxyz ABCXYZ0123456789.,:;!?'\"{}[]()<>|_-+/\\\n"];
const words = [" the", " and", "n't", " '", "'s", " .", '": ', '", "', '{"', '"}', " true", "ing"];
const endToken = "<|end|>";

/** How a kind writes a text in its vocabulary, and its decoder. */
const kinds = {
  /** GPT-2, Llama 3, Qwen: tokens are bytes, so that characters are split. */
  byteLevel: {
    tokens: [
      ...allByteCharacters(),
      ...words.map(byteCharacters),
      byteCharacters("中"),
      byteCharacters("文").slice(0, 2),
    ],
    decoder: { type: "ByteLevel" },
  },
  /** Llama 2, Mistral, Gemma: spaces are ▁, other characters fall back to bytes. */
  byteFallback: {
    tokens: [
      ...bytesAsTokens(),
      ...[...letters, ...words, "中"].map((text) => text.replaceAll(" ", "▁")),
    ],
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: "▁" }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        { type: "Strip", content: " ", start: 1, stop: 0 },
      ],
    },
  },
  /** T5, XLM-RoBERTa. */
  metaspace: {
    tokens: ["<unk>", ...[...letters, ...words, "中"].map((text) => text.replaceAll(" ", "▁"))],
    decoder: { type: "Metaspace", replacement: "▁", prepend_scheme: "always", split: true },
  },
  /** BERT. */
  wordPiece: {
    tokens: ["[UNK]", ...letters, ...["##a", "##b", "##ing", "##s", "n", "t", "don"]],
    decoder: { type: "WordPiece", prefix: "##", cleanup: true },
  },
} as const satisfies Record<string, { tokens: readonly string[]; decoder: object }>;

/** A kind of tokenizer. */
export type TokenizerKind = keyof typeof kinds;

/** The names of all kinds. */
export const tokenizerKinds = Object.keys(kinds) as TokenizerKind[];

/** A tokenizer of a kind; its last token, `<|end|>`, is special. */
export function tokenizerOf(kind: TokenizerKind, cleansUp = false): Promise<Tokenizer> {
  const { tokens, decoder } = kinds[kind];
  const vocab = Object.fromEntries([...new Set(tokens)].map((token, id) => [token, id]));
  const id = Object.keys(vocab).length;
  return inFolder(async (folder) => {
    const files = {
      tokenizer: join(folder, "tokenizer.json"),
      tokenizerConfig: join(folder, "tokenizer_config.json"),
    };
    const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false };
    await Deno.writeTextFile(
      files.tokenizer,
      JSON.stringify({
        version: "1.0",
        added_tokens: [{ id, content: endToken, special: true, ...flags }],
        normalizer: null,
        pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: true },
        post_processor: null,
        decoder,
        model: { type: "BPE", vocab, merges: [], unk_token: null, fuse_unk: false },
      }),
    );
    await Deno.writeTextFile(
      files.tokenizerConfig,
      JSON.stringify({ pad_token: endToken, clean_up_tokenization_spaces: cleansUp }),
    );
    return await loadTokenizer(files);
  });
}

/** The characters of all 256 bytes; UTF-8 never holds some, so that they are found by their code. */
function allByteCharacters(): string[] {
  const found: string[] = [];
  for (let code = 0; code < 0x180 && found.length < 256; code++) {
    const character = String.fromCharCode(code);
    if (byteOfCharacter(character) !== undefined) found.push(character);
  }
  return found;
}

function bytesAsTokens(): string[] {
  return Array.from(
    { length: 256 },
    (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`,
  );
}
