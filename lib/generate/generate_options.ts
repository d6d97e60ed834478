/**
 * What generation may be told, and what contradicts itself.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { type Mistake, mistakeOf } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import {
  abortSignal,
  finiteNumber,
  integer,
  notNegative,
  positive,
  record,
  type Rule,
  type Rules,
  text,
  texts,
  whole,
  wholeFrom0,
  wholeShare,
  yesOrNo,
} from "../core/option_rules.ts";

/** How texts are generated. Without `temperature` the likeliest token is taken each time. */
export interface GenerateOptions {
  /** How many tokens are written at most; 256 unless given. */
  readonly maxNewTokens?: number;
  /** How many tokens are written before a stop token may come; 0 unless given. */
  readonly minNewTokens?: number;
  /** Divides the logits before a token is drawn; 0, unless given, draws none and takes the likeliest. */
  readonly temperature?: number;
  /** Draws from so many of the likeliest tokens. */
  readonly topK?: number;
  /** Draws from the likeliest tokens with this share of the probability. */
  readonly topP?: number;
  /** Draws from tokens that have at least this share of the likeliest one's probability. */
  readonly minP?: number;
  /** Draws from the most typical tokens with this share of the probability. */
  readonly typicalP?: number;
  /** Makes tokens of the prompt and of the answer less likely where it is above 1. */
  readonly repetitionPenalty?: number;
  /** Taken from a token's logit for each time that it was written. */
  readonly frequencyPenalty?: number;
  /** Taken from the logit of every token that was written. */
  readonly presencePenalty?: number;
  /** No group of so many tokens is written twice. */
  readonly noRepeatNgramSize?: number;
  /** Text of one token, or its id → what is added to its logit. */
  readonly logitBias?: Readonly<Record<string, number>>;
  /** Texts, or lists of token ids, that are never written. */
  readonly badWords?: readonly (string | readonly number[])[];
  /** Makes drawn tokens the same again. */
  readonly seed?: number;
  /** Texts before which an answer ends. */
  readonly stop?: readonly string[];
  /** Token ids, or tokens as the vocabulary writes them, that end an answer; the model's unless given. */
  readonly stopTokens?: readonly (number | string)[];
  /** Answers to each prompt; 1 unless given. */
  readonly answers?: number;
  /** Beams of a beam search; 1, unless given, searches none. */
  readonly beams?: number;
  /** Beams' scores are divided by their length to this power: more than 0 favours long ones; 1 unless given. */
  readonly lengthPenalty?: number;
  /**
   * When a beam search ends: `true` when there are as many answers as beams, `false` (unless given) when a
   * better one is unlikely, `"never"` when there can be none.
   */
  readonly earlyStopping?: boolean | "never";
  /** A token id, or a token as the vocabulary writes it, that is written first, such as a language. */
  readonly forcedFirstToken?: number | string;
  /** What is written last where the answer would become too long. */
  readonly forcedLastToken?: number | string | readonly (number | string)[];
  /** Seconds after which no further token is begun. */
  readonly maxTime?: number;
  /** Log probabilities of the written tokens, and of so many of the likeliest beside each; from 0. */
  readonly logprobs?: number;
  /** A JSON schema that the answer fulfils. */
  readonly schema?: Readonly<Record<string, unknown>>;
  /** A grammar that the answer follows, in the GBNF of llama.cpp. */
  readonly grammar?: string;
  /** Ends the work early. */
  readonly signal?: AbortSignal;
}

const token: Rule = ["a token id or a token's text", isToken];
const tokens: Rule = [
  "a list of token ids or tokens' texts",
  (value) => Array.isArray(value) && value.every(isToken),
];
const oneOrMoreTokens: Rule = [
  "a token id, a token's text or a list of them",
  (value) => token[1](value) || (tokens[1](value) && (value as unknown[]).length > 0),
];
/** OpenAI's API takes penalties of −2 to 2; any finite number has a meaning. */
const penalty = finiteNumber;

/** What each option must be; for functions that take these options and more. */
export const generateRules: Rules<GenerateOptions> = {
  maxNewTokens: whole,
  minNewTokens: wholeFrom0,
  temperature: notNegative,
  topK: whole,
  topP: wholeShare,
  minP: wholeShare,
  typicalP: wholeShare,
  repetitionPenalty: positive,
  frequencyPenalty: penalty,
  presencePenalty: penalty,
  noRepeatNgramSize: whole,
  logitBias: [
    "an object of numbers by token",
    (value) => isRecord(value) && Object.values(value).every(isBias),
  ],
  badWords: [
    "a list of texts or of lists of token ids",
    (value) =>
      Array.isArray(value) &&
      value.every((each) => text[1](each) || (Array.isArray(each) && each.every(wholeFrom0[1]))),
  ],
  seed: integer,
  stop: texts,
  stopTokens: tokens,
  answers: whole,
  beams: whole,
  lengthPenalty: finiteNumber,
  earlyStopping: [
    'true, false or "never"',
    (value) => yesOrNo[1](value) || value === "never",
  ],
  forcedFirstToken: token,
  forcedLastToken: oneOrMoreTokens,
  maxTime: positive,
  logprobs: wholeFrom0,
  schema: record,
  grammar: text,
  signal: abortSignal,
};

/** How many tokens are written at most unless `maxNewTokens` says it. */
export const defaultMaxNewTokens = 256;

/**
 * Throws one error of kind "input" with every option of generation that nobody knows, has a wrong value or
 * contradicts another.
 *
 * @param of the function that takes the options
 */
export function checkGenerateOptions(of: string, options: GenerateOptions): void {
  checkOptions<GenerateOptions>(of, options, generateRules, () => generateContradictions(options));
}

/** Options of generation that contradict each other, one mistake each. */
export function generateContradictions(options: GenerateOptions): Mistake[] {
  const { beams = 1, answers = 1, temperature = 0, minNewTokens = 0 } = options;
  const { maxNewTokens = defaultMaxNewTokens } = options;
  const isGreedy = temperature === 0;
  const found: Mistake[] = [];
  const say = (wrong: boolean, told: Mistake["told"]) => wrong && found.push(mistakeOf(told));
  for (const name of ["topK", "topP", "minP", "typicalP"] as const) {
    say(
      options[name] !== undefined && isGreedy && beams === 1,
      (nameOf) =>
        `${nameOf(name)} chooses what is drawn from, but without a ${nameOf("temperature")} ` +
        `above 0 nothing is drawn: give one, such as 1, or leave it out`,
    );
    say(options[name] !== undefined && beams > 1, besideBeams(name));
  }
  say(!isGreedy && beams > 1, besideBeams("temperature"));
  say(
    beams === 1 && isGreedy && answers > 1,
    (nameOf) =>
      `${nameOf("answers")} is ${answers}, but without ${nameOf("temperature")} or ` +
      `${nameOf("beams")} all of them would be the same`,
  );
  say(
    beams > 1 && answers > beams,
    (nameOf) => `${nameOf("answers")} is ${answers}, more than the ${beams} ${nameOf("beams")}`,
  );
  for (const name of ["lengthPenalty", "earlyStopping"] as const) {
    say(
      options[name] !== undefined && beams === 1,
      (nameOf) => `${nameOf(name)} acts on beams: give ${nameOf("beams")} above 1, or leave it out`,
    );
  }
  say(
    minNewTokens > maxNewTokens,
    (nameOf) =>
      `${nameOf("minNewTokens")} is ${minNewTokens}, more than ${nameOf("maxNewTokens")}, ` +
      `which is ${maxNewTokens}`,
  );
  say(
    options.schema !== undefined && options.grammar !== undefined,
    (nameOf) =>
      `${nameOf("schema")} and ${nameOf("grammar")} both say what may be written: give one`,
  );
  return found;
}

function besideBeams(name: string): Mistake["told"] {
  return (nameOf) =>
    `${nameOf(name)} draws tokens, but ${nameOf("beams")} above 1 search the likeliest text: ` +
    `give one of them`;
}

function isToken(value: unknown): boolean {
  return wholeFrom0[1](value) || text[1](value);
}

/** −Infinity forbids a token. */
function isBias(value: unknown): boolean {
  return typeof value === "number" && !Number.isNaN(value) && value !== Infinity;
}
