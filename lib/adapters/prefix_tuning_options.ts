/**
 * What prefix tuning may be told.
 *
 * @module
 */
import { type Mistake, optionMistake } from "../core/errors.ts";
import { oneOf, type Rules, text, whole, yesOrNo } from "../core/option_rules.ts";
import { shownValue } from "../core/shown_value.ts";
import { type AttentionSite, attentionSites } from "../nn/attention_site.ts";
import { startMistakes } from "./parts/start_text.ts";

/** Where a prefix starts. */
export type PrefixStart = "zero" | "text" | "random";

/** Settings of prefix tuning. */
export interface PrefixTuningOptions {
  /** Keys and values that each layer gains; 20 unless given. */
  readonly tokens?: number;
  /** Lets a small network make the prefix; false unless given. */
  readonly projection?: boolean;
  /** Width of that network; the model's unless given. */
  readonly hidden?: number;
  /**
   * `text`: the keys and values that the model has for the text, repeated where it is short.
   * `text` where there is one, else `zero`.
   */
  readonly start?: PrefixStart;
  /** The text to start from; not with a projection, whose network cannot be inverted. */
  readonly text?: string;
  /**
   * Which attentions of an encoder-decoder get a prefix: the encoder's (`encoder`), the decoder's to what
   * was written (`decoder`) and to the source (`cross`). All three unless given. `["decoder"]` is what PEFT
   * can open.
   */
  readonly sites?: readonly AttentionSite[];
}

/** What the settings must be. */
export const prefixTuningRules: Rules<PrefixTuningOptions> = {
  tokens: whole,
  projection: yesOrNo,
  hidden: whole,
  start: oneOf(["zero", "text", "random"] satisfies PrefixStart[]),
  text,
  sites: [
    `a list of some of ${attentionSites.map((site) => `"${site}"`).join(", ")}, each once`,
    (value) =>
      Array.isArray(value) && value.length > 0 && new Set(value).size === value.length &&
      value.every((site) => attentionSites.includes(site)),
  ],
};

/** A projection starts at no text, and without one nothing has a width. */
function projectionMistakes({ projection, start, text, hidden }: PrefixTuningOptions): Mistake[] {
  if (!projection) {
    return hidden === undefined ? [] : [
      optionMistake(
        "hidden",
        `is ${shownValue(hidden)}, but must be absent without a projection`,
      ),
    ];
  }
  return start === "text" || (start === undefined && text !== undefined)
    ? [optionMistake("start", "must be zero or random with a projection, which starts at no text")]
    : [];
}

/** What contradicts itself. */
export function prefixTuningMistakes(options: PrefixTuningOptions): Mistake[] {
  return [...startMistakes(options), ...projectionMistakes(options)];
}
