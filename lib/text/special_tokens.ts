/**
 * The ids of the tokens that stand for no text.
 *
 * @module
 */
import type { Tokenizer as TokenizerModel } from "@huggingface/tokenizers";
import { TunebookError } from "../core/errors.ts";
import type { Template } from "./template.ts";
import type { TokenizerFiles } from "./tokenizer_files.ts";

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
  /** Where padding goes. */
  readonly padSide: "left" | "right";
}

type Json = Readonly<Record<string, unknown>>;

/**
 * Takes the special tokens from tokenizer_config.json; what it lacks comes from the template of
 * tokenizer.json, from its added tokens by their usual names, and from config.json.
 */
export function readSpecialTokens(
  model: TokenizerModel,
  template: Template,
  json: Json,
  settings: Json,
  { tokenizer, config }: TokenizerFiles,
): SpecialTokens {
  const named = (name: string) => idOfSetting(model, settings[name]);
  const usual = (...contents: string[]) =>
    contents.map((content) => model.token_to_id(content)).find((id) => id !== undefined);
  const single = template.single.map((slot) => slot.id);
  const opening = single[0];
  const closing = single.length > 1 ? single.at(-1) : undefined;
  const padding = json.padding as { pad_token?: unknown } | null | undefined;
  const padId = named("pad_token") ?? idOfSetting(model, padding?.pad_token) ??
    usual("[PAD]", "<pad>", "<|pad|>") ?? numberOf(config?.pad_token_id) ?? named("eos_token");
  if (padId === undefined) {
    throw new TunebookError(
      "weights",
      `${tokenizer} names no padding token; add "pad_token" to tokenizer_config.json`,
    );
  }
  return {
    padId,
    clsId: named("cls_token") ?? opening ?? usual("[CLS]"),
    sepId: named("sep_token") ?? closing ?? usual("[SEP]"),
    maskId: named("mask_token") ?? usual("[MASK]", "<mask>"),
    padSide: settings.padding_side === "left" ? "left" : "right",
  };
}

/** A token is given as its text or as an object with its text in `content`. */
function idOfSetting(model: TokenizerModel, token: unknown): number | undefined {
  const content = typeof token === "string"
    ? token
    : (token as { content?: unknown } | null | undefined)?.content;
  return typeof content === "string" ? model.token_to_id(content) : undefined;
}

function numberOf(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}
