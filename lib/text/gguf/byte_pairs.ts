/**
 * The vocabularies of bytes of GGUF files (`tokenizer.ggml.model` is `gpt2`) → tokenizer.json.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { shownValue } from "../../core/shown_value.ts";
import { byteCharacters, byteOfCharacter } from "../byte_characters.ts";
import { type GgufPreTokenizer, ggufPreTokenizers } from "./pre_tokenizers.ts";
import { readMerges } from "./merges.ts";
import type { TokenizerFields } from "./tokenizer_fields.ts";
import { type GgufVocabulary, tokenKinds } from "./vocabulary_keys.ts";

/** The fields of tokenizer.json. */
export async function bytePairFields(vocabulary: GgufVocabulary): Promise<TokenizerFields> {
  const { header, tokens, kinds, flag } = vocabulary;
  const cut = preTokenizerOf(vocabulary);
  const isWhole = (id: number) =>
    kinds[id] === tokenKinds.control || kinds[id] === tokenKinds.userDefined;
  const vocab = Object.fromEntries(
    tokens.map((token, id) => [isWhole(id) ? token : inBytes(token), id]),
  );
  return {
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: "",
      end_of_word_suffix: "",
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: cut.ignoresMerges,
      vocab,
      merges: await readMerges(header),
    },
    normalizer: cut.normalizer,
    preTokenizer: cut.preTokenizer(flag("add_space_prefix") ?? false),
    decoder: { type: "ByteLevel", add_prefix_space: true, trim_offsets: true, use_regex: true },
    // It changes no ids, but where tokens stand in a text.
    postProcessor: {
      type: "ByteLevel",
      add_prefix_space: true,
      trim_offsets: false,
      use_regex: true,
    },
    addsFirstToken: cut.addsFirstToken,
    tokens,
  };
}

function preTokenizerOf({ header: { path, metadata } }: GgufVocabulary): GgufPreTokenizer {
  const given = metadata.get("tokenizer.ggml.pre");
  // The first files of GPT-2 did not say how it cuts, which is the format's own name.
  const isOldGpt2 = given === undefined && metadata.get("general.architecture") === "gpt2";
  const name = isOldGpt2 ? "gpt-2" : given;
  const names = Object.keys(ggufPreTokenizers);
  if (typeof name === "string" && names.includes(name)) return ggufPreTokenizers[name];
  throw new TunebookError(
    "unsupported",
    `${path}: tokenizer.ggml.pre is ${
      name === undefined ? "missing" : shownValue(name)
    }, so that texts cannot be cut as the model ` +
      `was trained to${typeof name === "string" ? didYouMean(name, names) : ""}; tunebook knows ` +
      names.join(", "),
  );
}

/** A token that is written as text, as bytes. */
function inBytes(token: string): string {
  return Array.from(token).every((character) => byteOfCharacter(character) !== undefined)
    ? token
    : byteCharacters(token);
}
