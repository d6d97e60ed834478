/**
 * The processors of a generation, in transformers' order.
 *
 * @module
 */
import type { GenerateSettings } from "../generate_settings.ts";
import { badWords } from "./bad_words.ts";
import { countPenalties } from "./count_penalties.ts";
import { forcedFirstToken, forcedLastTokens } from "./forced_tokens.ts";
import { logitBias } from "./logit_bias.ts";
import type { LogitsProcessor } from "./logits_processor.ts";
import { minNewTokens } from "./min_new_tokens.ts";
import { minP } from "./min_p.ts";
import { noRepeatNgrams } from "./no_repeat_ngrams.ts";
import { repetitionPenalty } from "./repetition_penalty.ts";
import { temperature } from "./temperature.ts";
import { topK } from "./top_k.ts";
import { topP } from "./top_p.ts";
import { typical } from "./typical.ts";

/** The settings that processors read. */
export type ProcessorSettings = Pick<
  GenerateSettings,
  | "logitBias"
  | "repetitionPenalty"
  | "frequencyPenalty"
  | "presencePenalty"
  | "noRepeatNgramSize"
  | "badWords"
  | "minNewTokens"
  | "maxNewTokens"
  | "stopTokens"
  | "forcedFirstToken"
  | "forcedLastTokens"
  | "temperature"
  | "topK"
  | "topP"
  | "minP"
  | "typicalP"
>;

/**
 * The processors that settings ask for, those that change nothing left out. The order is transformers':
 * what changes and forbids tokens first, then `more`, such as a grammar, then what tokens are drawn from.
 * In a beam search they run on log probabilities, else on logits.
 */
export function logitsProcessors(
  settings: ProcessorSettings,
  more: readonly LogitsProcessor[] = [],
): LogitsProcessor[] {
  const { frequencyPenalty, presencePenalty, noRepeatNgramSize, stopTokens } = settings;
  const { forcedFirstToken: first, forcedLastTokens: last } = settings;
  const list: LogitsProcessor[] = [];
  const add = (asked: boolean, make: () => LogitsProcessor) => asked && list.push(make());
  add(settings.logitBias.size > 0, () => logitBias(settings.logitBias));
  add(settings.repetitionPenalty !== 1, () => repetitionPenalty(settings.repetitionPenalty));
  add(
    frequencyPenalty !== 0 || presencePenalty !== 0,
    () => countPenalties(frequencyPenalty, presencePenalty),
  );
  if (noRepeatNgramSize !== undefined) list.push(noRepeatNgrams(noRepeatNgramSize));
  add(settings.badWords.length > 0, () => badWords(settings.badWords, stopTokens));
  add(settings.minNewTokens > 0, () => minNewTokens(settings.minNewTokens, stopTokens));
  if (first !== undefined) list.push(forcedFirstToken(first));
  add(last.length > 0, () => forcedLastTokens(last, settings.maxNewTokens));
  list.push(...more);
  return settings.temperature === 0 ? list : [...list, ...drawing(settings)];
}

/** What leaves the tokens that are drawn from. */
function drawing(settings: ProcessorSettings): LogitsProcessor[] {
  const { topK: k, topP: p, minP: least, typicalP: mass } = settings;
  const list: LogitsProcessor[] = [];
  if (settings.temperature !== 1) list.push(temperature(settings.temperature));
  if (k !== undefined) list.push(topK(k));
  if (p !== undefined && p < 1) list.push(topP(p));
  if (least !== undefined) list.push(minP(least));
  if (mass !== undefined && mass < 1) list.push(typical(mass));
  return list;
}
