/**
 * The tokenizer of a GGUF file as tokenizer.json and tokenizer_config.json would have it.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type GgufHeader, readGguf, readGgufArray } from "../../core/gguf/read_gguf.ts";
import { bytePairFields } from "./byte_pairs.ts";
import { sentencePieceFields, sentencePieceIds } from "./sentence_pieces.ts";
import type { TokenizerFields } from "./tokenizer_fields.ts";
import { type GgufVocabulary, readGgufVocabulary, tokenKinds } from "./vocabulary_keys.ts";

type Json = Readonly<Record<string, unknown>>;

/** Both files. */
export interface GgufTokenizer {
  /** tokenizer.json. */
  readonly json: Json;
  /** tokenizer_config.json, with the chat template. */
  readonly settings: Json;
}

/**
 * Builds both files. Special tokens are put around texts as the file says (`add_bos_token`,
 * `add_eos_token`), or else as llama.cpp does for its kind of vocabulary.
 *
 * Throws a `TunebookError` of kind "weights" for keys that are missing or contradict each other, and
 * of kind "unsupported" for a kind of vocabulary or a way to cut words that tunebook does not know.
 */
export async function readGgufTokenizer(path: string): Promise<GgufTokenizer> {
  const header = await readGguf(path);
  const { vocabulary, fields } = await readFields(header);
  const added = addedTokens(vocabulary, fields);
  return {
    json: {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: fields.normalizer,
      pre_tokenizer: fields.preTokenizer,
      post_processor: postProcessor(vocabulary, fields),
      decoder: fields.decoder,
      model: fields.model,
    },
    settings: await settingsOf(vocabulary),
  };
}

/** tokenizer_config.json alone, without the work of the vocabulary's merges. */
export async function readGgufSettings(path: string): Promise<Json> {
  const header = await readGguf(path);
  return await settingsOf(await readGgufVocabulary(header, defaultIds(header)));
}

const defaultIds = ({ metadata }: GgufHeader) =>
  metadata.get("tokenizer.ggml.model") === "llama" ? sentencePieceIds : {};

async function readFields(
  header: GgufHeader,
): Promise<{ vocabulary: GgufVocabulary; fields: TokenizerFields }> {
  const kind = header.metadata.get("tokenizer.ggml.model");
  const read = kind === "gpt2"
    ? bytePairFields
    : kind === "llama"
    ? sentencePieceFields
    : undefined;
  if (!read) {
    throw new TunebookError(
      kind === undefined ? "weights" : "unsupported",
      kind === undefined
        ? `${header.path} lacks the key tokenizer.ggml.model`
        : `${header.path}: tokenizer.ggml.model is ${kind}; tunebook reads gpt2 and llama`,
    );
  }
  const vocabulary = await readGgufVocabulary(header, defaultIds(header));
  return { vocabulary, fields: await read(vocabulary) };
}

/** The names of special tokens in tokenizer_config.json. */
const settingNames: Readonly<Record<string, string>> = {
  bos: "bos_token",
  eos: "eos_token",
  unknown: "unk_token",
  padding: "pad_token",
  seperator: "sep_token",
  cls: "cls_token",
  mask: "mask_token",
};

/**
 * Tokens that are looked for in texts before anything else: control tokens and those with a meaning
 * as special ones, user-defined tokens as plain ones.
 */
function addedTokens({ kinds, ids, tokens: written }: GgufVocabulary, { tokens }: TokenizerFields) {
  const special = new Set(Object.values(ids));
  return tokens.flatMap((content, id) => {
    const isSpecial = special.has(id) || kinds[id] === tokenKinds.control ||
      kinds[id] === tokenKinds.unknown;
    // A token that the vocabulary spells otherwise is found by its merges.
    const isPlain = kinds[id] === tokenKinds.userDefined && content === written[id];
    if (!isSpecial && !isPlain) return [];
    return [{
      id,
      content,
      single_word: false,
      lstrip: false,
      rstrip: false,
      normalized: false,
      special: isSpecial,
    }];
  });
}

/** Which tokens stand around a text. */
function around(vocabulary: GgufVocabulary, fields: TokenizerFields) {
  const { ids, flag, tokens, header: { path } } = vocabulary;
  const token = (name: "bos" | "eos", isAdded: boolean) => {
    if (!isAdded) return undefined;
    const id = ids[name];
    if (id !== undefined) return { id, content: tokens[id] };
    throw new TunebookError(
      "weights",
      `${path} puts the token ${name} around texts, but lacks the key ` +
        `tokenizer.ggml.${name}_token_id`,
    );
  };
  const first = flag("add_bos_token") ?? (fields.addsFirstToken && ids.bos !== undefined);
  return { first: token("bos", first), last: token("eos", flag("add_eos_token") ?? false) };
}

/** As `update_post_processor` of transformers: each text of a pair has both tokens. */
function postProcessor(vocabulary: GgufVocabulary, fields: TokenizerFields): Json | null {
  const { first, last } = around(vocabulary, fields);
  const steps: Json[] = fields.postProcessor ? [fields.postProcessor] : [];
  if (first || last) {
    const slots = (text: string, type: number) => [
      ...(first ? [{ SpecialToken: { id: first.content, type_id: type } }] : []),
      { Sequence: { id: text, type_id: type } },
      ...(last ? [{ SpecialToken: { id: last.content, type_id: type } }] : []),
    ];
    const used = [first, last].filter((each) => each !== undefined);
    steps.push({
      type: "TemplateProcessing",
      single: slots("A", 0),
      pair: [...slots("A", 0), ...slots("B", 1)],
      special_tokens: Object.fromEntries(
        used.map(({ id, content }) => [content, { id: content, ids: [id], tokens: [content] }]),
      ),
    });
  }
  return steps.length > 1 ? { type: "Sequence", processors: steps } : steps[0] ?? null;
}

async function settingsOf({ ids, tokens, header }: GgufVocabulary): Promise<Json> {
  const named = Object.entries(settingNames).flatMap(([name, setting]) =>
    ids[name] === undefined ? [] : [[setting, tokens[ids[name]]]]
  );
  const template = await chatTemplate(header);
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    ...Object.fromEntries(named),
    ...(template === undefined ? {} : { chat_template: template }),
  };
}

/** The chat template, or a list of them with names where the file has several. */
async function chatTemplate(
  header: GgufHeader,
): Promise<string | { name: string; template: string }[] | undefined> {
  const { path, metadata } = header;
  const textOf = (key: string) => {
    const value = metadata.get(key);
    if (value === undefined || typeof value === "string") return value;
    throw new TunebookError("weights", `${path}: ${key} is no text`);
  };
  const own = textOf("tokenizer.chat_template");
  if (!metadata.has("tokenizer.chat_templates")) return own;
  const names = await readGgufArray(header, "tokenizer.chat_templates", "string");
  const others = names.map((name) => {
    const key = `tokenizer.chat_template.${name}`;
    const template = textOf(key);
    if (template === undefined) throw new TunebookError("weights", `${path} lacks the key ${key}`);
    return { name, template };
  });
  return [...(own === undefined ? [] : [{ name: "default", template: own }]), ...others];
}
