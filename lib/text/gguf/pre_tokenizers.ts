/**
 * How vocabularies of bytes cut texts into words, by the name that GGUF files have for it
 * (`tokenizer.ggml.pre`), as the tokenizer.json of the models that these names stand for.
 *
 * @module
 */

type Json = Readonly<Record<string, unknown>>;

/** A way to cut. */
export interface GgufPreTokenizer {
  /** The field `normalizer` of tokenizer.json. */
  readonly normalizer: Json | null;
  /** The field `pre_tokenizer`; a space in front is asked for by the file. */
  preTokenizer(addPrefixSpace: boolean): Json;
  /** A word that is a token is taken whole, whatever the merges say. */
  readonly ignoresMerges: boolean;
  /** The first token is put before texts where the file does not say. */
  readonly addsFirstToken: boolean;
}

/** Cuts at GPT-2's own pattern. */
const bytes = (addPrefixSpace: boolean): Json => ({
  type: "ByteLevel",
  add_prefix_space: addPrefixSpace,
  trim_offsets: true,
  use_regex: true,
});

const plain: GgufPreTokenizer = {
  normalizer: null,
  preTokenizer: bytes,
  ignoresMerges: false,
  addsFirstToken: false,
};

const digitByDigit: GgufPreTokenizer = {
  ...plain,
  preTokenizer: (addPrefixSpace) => ({
    type: "Sequence",
    pretokenizers: [{ type: "Digits", individual_digits: true }, bytes(addPrefixSpace)],
  }),
};

function pattern(source: string, others: Partial<GgufPreTokenizer> = {}): GgufPreTokenizer {
  return {
    ...plain,
    preTokenizer: () => ({
      type: "Sequence",
      pretokenizers: [
        { type: "Split", pattern: { Regex: source }, behavior: "Isolated", invert: false },
        { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false },
      ],
    }),
    ...others,
  };
}

const contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
const blanks = String.raw`\s*[\r\n]+|\s+(?!\S)|\s+`;
const words = String.raw`[^\r\n\p{L}\p{N}]?\p{L}+`;
const signs = String.raw` ?[^\s\p{L}\p{N}]+[\r\n]*`;

/** Numbers are cut into threes. */
const llama3Source = String.raw`${contractions}|${words}|\p{N}{1,3}|${signs}|${blanks}`;
const llama3 = pattern(llama3Source, { ignoresMerges: true, addsFirstToken: true });
/** Numbers are cut into digits; decomposed letters are composed first. */
const qwen2 = pattern(
  String.raw`${contractions}|${words}|\p{N}|${signs}|${blanks}`,
  { normalizer: { type: "NFC" } },
);
const [upper, lower] = [
  String.raw`[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`,
  String.raw`[\p{Ll}\p{Lm}\p{Lo}\p{M}]`,
];
/** Words are cut where a capital begins. */
const tekken = pattern(
  String.raw`[^\r\n\p{L}\p{N}]?${upper}*${lower}+|[^\r\n\p{L}\p{N}]?${upper}+${lower}*|` +
    String.raw`\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|${blanks}`,
  { ignoresMerges: true, addsFirstToken: true },
);

/** By name; a name that is not here is refused. */
export const ggufPreTokenizers: Readonly<Record<string, GgufPreTokenizer>> = {
  "gpt-2": plain,
  "phi-2": plain,
  olmo: plain,
  smollm: digitByDigit,
  starcoder: digitByDigit,
  refact: digitByDigit,
  "llama-bpe": llama3,
  "llama-v3": llama3,
  llama3,
  qwen2,
  "deepseek-r1-qwen": qwen2,
  tekken,
};
