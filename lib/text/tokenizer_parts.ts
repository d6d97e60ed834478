/**
 * A tokenizer.json, checked and taken apart.
 *
 * @module
 */
import { messageOf, mistakes, TunebookError } from "../core/errors.ts";
import { type AddedToken, addedTokenSplitters, type Section } from "./added_tokens.ts";
import { readAddedTokens, readModelJson } from "./model_json.ts";
import { normalizeAll, type NormalizerStep, readNormalizer } from "./normalizer.ts";
import { type PreTokenizerStep, readPreTokenizer } from "./pre_tokenizer.ts";
import { readTemplate, type Template } from "./template.ts";
import { type TokenModel, tokenModel } from "./token_model.ts";
import { type Vocabulary, vocabularyOf } from "./vocabulary.ts";

/** The steps that a text goes through. */
export interface TokenizerParts {
  readonly vocabulary: Vocabulary;
  /** Cuts a text at the added tokens that are looked for as they are. */
  readonly splitRaw: (text: string) => Section[];
  readonly normalizer: readonly NormalizerStep[];
  /** Cuts a normalized text at the added tokens that are looked for in it. */
  readonly splitNormalized: (text: string) => Section[];
  readonly preTokenizer: readonly PreTokenizerStep[];
  readonly model: TokenModel;
  /** Ids of the model's own tokens, which added tokens do not hide. */
  readonly modelIds: ReadonlyMap<string, number>;
  readonly template: Template;
}

/**
 * Reads a tokenizer.json. Throws a `TunebookError` that names the file and the part: of kind
 * "weights" for what is malformed, all of it at once, and of kind "unsupported" for what Python's
 * tokenizers do and this version does not do exactly.
 */
export function readTokenizerParts(
  json: Readonly<Record<string, unknown>>,
  path: string,
): TokenizerParts {
  const wrong: string[] = [];
  const model = readModelJson(json.model, wrong);
  const added: AddedToken[] = model ? readAddedTokens(json.added_tokens, model.ids, wrong) : [];
  if (!model || wrong.length > 0) {
    throw mistakes("weights", `${path} is not a usable tokenizer:`, wrong);
  }
  const normalizer = part(path, () => readNormalizer(json.normalizer));
  const [splitRaw, splitNormalized] = addedTokenSplitters(
    added,
    (text) => normalizeAll(normalizer, text),
  );
  return {
    vocabulary: vocabularyOf(model.ids, added),
    splitRaw,
    normalizer,
    splitNormalized,
    preTokenizer: part(path, () => readPreTokenizer(json.pre_tokenizer)),
    model: part(path, () => tokenModel(model)),
    modelIds: model.ids,
    template: part(path, () => readTemplate(json.post_processor)),
  };
}

/** Names the file in what goes wrong. */
export function part<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const kind = error instanceof TunebookError ? error.kind : "weights";
    throw new TunebookError(kind, `${path}: ${messageOf(error)}`, { cause: error });
  }
}
