/**
 * The ids of the tokens that stand for no text.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { contentOf } from "./python_settings.ts";
import type { Template } from "./template.ts";
import type { TokenizerFiles } from "./tokenizer_files.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** The special tokens of a tokenizer and the side that is padded. */
export interface SpecialTokens {
  /** Fills short rows of a batch. */
  readonly padId: number;
  /** Opens an input and carries the summary of it, where a model has that. */
  readonly clsId?: number;
  /** Closes a text, where a model has that. */
  readonly sepId?: number;
  /** Stands for a hidden token, where a model has that. */
  readonly maskId?: number;
  /** Stands for what the vocabulary lacks, where a model has that. */
  readonly unknownId?: number;
  /** Opens a document, where a model has that. */
  readonly bosId?: number;
  /** Ends a document, where a model has that. */
  readonly eosId?: number;
  /** Where padding goes. */
  readonly padSide: "left" | "right";
  /** The texts of these tokens by their names in tokenizer_config.json, `pad_token` for one. */
  readonly texts: Readonly<Record<string, string>>;
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Takes the special tokens from tokenizer_config.json; what it lacks comes from the template of
 * tokenizer.json, from its added tokens by their usual names, and from config.json.
 */
export function readSpecialTokens(
  vocabulary: Vocabulary,
  template: Template,
  json: Json,
  settings: Json,
  { tokenizer, config }: TokenizerFiles,
): SpecialTokens {
  const named = (name: string) => idOfSetting(vocabulary, settings[name]);
  const usual = (...contents: string[]) =>
    contents.map((content) => vocabulary.idOf(content)).find((id) => id !== undefined);
  const single = template.single.map((slot) => slot.id);
  const opening = single[0];
  const closing = single.length > 1 ? single.at(-1) : undefined;
  const padding = json.padding as { pad_token?: unknown } | null | undefined;
  const padId = named("pad_token") ?? idOfSetting(vocabulary, padding?.pad_token) ??
    usual("[PAD]", "<pad>", "<|pad|>") ?? numberOf(config?.pad_token_id) ?? named("eos_token");
  if (padId === undefined) {
    throw new TunebookError(
      "weights",
      `${tokenizer} names no padding token; add "pad_token" to tokenizer_config.json`,
    );
  }
  const clsId = named("cls_token") ?? opening ?? usual("[CLS]");
  const sepId = named("sep_token") ?? closing ?? usual("[SEP]");
  const bosId = named("bos_token") ?? firstId(config?.bos_token_id, vocabulary);
  const eosId = named("eos_token") ?? firstId(config?.eos_token_id, vocabulary);
  const maskId = named("mask_token") ?? usual("[MASK]", "<mask>");
  const unknownId = named("unk_token") ?? usual("[UNK]", "<unk>");
  return {
    padId,
    clsId,
    sepId,
    maskId,
    unknownId,
    ...(bosId === undefined ? {} : { bosId }),
    ...(eosId === undefined ? {} : { eosId }),
    padSide: settings.padding_side === "left" ? "left" : "right",
    texts: textsOf(vocabulary, {
      pad_token: padId,
      cls_token: clsId,
      sep_token: sepId,
      mask_token: maskId,
      unk_token: unknownId,
    }),
  };
}

function textsOf(
  vocabulary: Vocabulary,
  ids: Readonly<Record<string, number | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(ids).flatMap(([name, id]) => {
      const text = id === undefined ? undefined : vocabulary.textOf(id);
      return text === undefined ? [] : [[name, text]];
    }),
  );
}

function idOfSetting(vocabulary: Vocabulary, token: unknown): number | undefined {
  const content = contentOf(token);
  return content === undefined ? undefined : vocabulary.idOf(content);
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

/** An id of config.json, or the first of several, that the vocabulary has. */
function firstId(value: unknown, vocabulary: Vocabulary): number | undefined {
  const id = numberOf(Array.isArray(value) ? value[0] : value);
  return id === undefined || vocabulary.textOf(id) === undefined ? undefined : id;
}
