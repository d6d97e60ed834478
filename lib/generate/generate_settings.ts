/**
 * The options of a person, the defaults of a model and its tokenizer → what a generation runs with.
 *
 * @module
 */
import { mistakes } from "../core/errors.ts";
import { quoted } from "../core/quoted.ts";
import type { Tokenizer } from "../text/tokenizer.ts";
import {
  checkGenerateOptions,
  defaultMaxNewTokens,
  type GenerateOptions,
} from "./generate_options.ts";

/** Everything that a generation needs to know, tokens as ids. */
export interface GenerateSettings {
  readonly maxNewTokens: number;
  readonly minNewTokens: number;
  /** 0 takes the likeliest token. */
  readonly temperature: number;
  readonly topK?: number | undefined;
  readonly topP?: number | undefined;
  readonly minP?: number | undefined;
  readonly typicalP?: number | undefined;
  /** 1 changes nothing. */
  readonly repetitionPenalty: number;
  /** 0 changes nothing. */
  readonly frequencyPenalty: number;
  /** 0 changes nothing. */
  readonly presencePenalty: number;
  readonly noRepeatNgramSize?: number | undefined;
  readonly logitBias: ReadonlyMap<number, number>;
  /** Token ids of each word. */
  readonly badWords: readonly (readonly number[])[];
  readonly seed?: number | undefined;
  readonly stop: readonly string[];
  readonly stopTokens: readonly number[];
  readonly answers: number;
  readonly beams: number;
  readonly lengthPenalty: number;
  readonly earlyStopping: boolean | "never";
  readonly forcedFirstToken?: number | undefined;
  readonly forcedLastTokens: readonly number[];
  readonly maxTime?: number | undefined;
  readonly logprobs?: number | undefined;
  readonly schema?: Readonly<Record<string, unknown>> | undefined;
  readonly grammar?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What the words of options are looked up in. */
export type TokenLookup = Pick<Tokenizer, "tokenId" | "tokens" | "vocabSize">;

/** What acts where tokens are drawn, and what acts on beams; each leaves no room for the other. */
const drawing = ["temperature", "topK", "topP", "minP", "typicalP"] as const;
const searching = ["beams", "lengthPenalty", "earlyStopping"] as const;

/**
 * Puts a person's options over a model's defaults. A person who gives a temperature or beams means these:
 * what would contradict them in the model's defaults does not act.
 *
 * Throws a `TunebookError` of kind "input" with all mistakes in the options, and one with every token that
 * the vocabulary lacks.
 *
 * @param of the function that takes the options
 */
export function generateSettings(
  of: string,
  given: GenerateOptions,
  defaults: GenerateOptions,
  tokenizer: TokenLookup,
): GenerateSettings {
  // A person's own options alone must make sense; "topP" goes well with the temperature of the model.
  const options = withDefaults(given, defaults);
  checkGenerateOptions(of, options);
  const wrong: string[] = [];
  const idOf = (name: string, token: number | string) => tokenIdOf(tokenizer, name, token, wrong);
  const { logitBias = {}, badWords = [], stopTokens = [], forcedLastToken = [] } = options;
  const forcedLast = typeof forcedLastToken === "object" ? forcedLastToken : [forcedLastToken];
  const settings: GenerateSettings = {
    ...options,
    maxNewTokens: options.maxNewTokens ?? defaultMaxNewTokens,
    minNewTokens: options.minNewTokens ?? 0,
    temperature: options.temperature ?? 0,
    repetitionPenalty: options.repetitionPenalty ?? 1,
    frequencyPenalty: options.frequencyPenalty ?? 0,
    presencePenalty: options.presencePenalty ?? 0,
    logitBias: new Map(
      Object.entries(logitBias).map(([token, value]) => [
        idOf("logitBias", /^\d+$/.test(token) ? Number(token) : token),
        value,
      ]),
    ),
    badWords: badWords.flatMap((word) =>
      typeof word === "string"
        ? wordTokens(tokenizer, word)
        : [word.map((token) => idOf("badWords", token))]
    ),
    stop: options.stop ?? [],
    stopTokens: [...new Set(stopTokens.map((token) => idOf("stopTokens", token)))],
    answers: options.answers ?? 1,
    beams: options.beams ?? 1,
    lengthPenalty: options.lengthPenalty ?? 1,
    earlyStopping: options.earlyStopping ?? false,
    forcedFirstToken: options.forcedFirstToken === undefined
      ? undefined
      : idOf("forcedFirstToken", options.forcedFirstToken),
    forcedLastTokens: forcedLast.map((token) => idOf("forcedLastToken", token)),
  };
  if (wrong.length > 0) {
    throw mistakes("input", `these options of ${of} name tokens that the model lacks:`, wrong);
  }
  return settings;
}

/** Options with the defaults that go with them. */
function withDefaults(given: GenerateOptions, defaults: GenerateOptions): GenerateOptions {
  const isGiven = (name: keyof GenerateOptions) => given?.[name] !== undefined;
  const left = { ...defaults } as Record<string, unknown>;
  const drop = (names: readonly string[]) => names.forEach((name) => delete left[name]);
  const searches = (given?.beams ?? 1) > 1;
  if (given?.temperature === 0 || searches) drop(drawing);
  if (drawing.some(isGiven) || given?.beams === 1) drop(searching);
  if (searches && (given.answers === undefined)) drop(["answers"]);
  if (isGiven("maxNewTokens") || isGiven("minNewTokens")) {
    const most = given.maxNewTokens ?? Number(left.maxNewTokens ?? defaultMaxNewTokens);
    const fewest = given.minNewTokens ?? Number(left.minNewTokens ?? 0);
    if (fewest > most) drop(isGiven("maxNewTokens") ? ["minNewTokens"] : ["maxNewTokens"]);
  }
  const asked = Object.fromEntries(
    Object.entries(given ?? {}).filter(([, value]) => value !== undefined),
  );
  return { ...left, ...asked };
}

function tokenIdOf(
  tokenizer: TokenLookup,
  option: string,
  token: number | string,
  wrong: string[],
): number {
  if (typeof token === "number") {
    if (token >= tokenizer.vocabSize) {
      wrong.push(`${option}: ${token}; ids end at ${tokenizer.vocabSize - 1}`);
    }
    return token;
  }
  const id = tokenizer.tokenId(token) ?? onlyToken(tokenizer, token);
  if (id === undefined) {
    const parts = tokenizer.tokens(token).ids.length;
    wrong.push(
      `${option}: ${quoted(token)} is no token${parts > 1 ? `, but ${parts} of them` : ""}` +
        closeToken(tokenizer, token),
    );
  }
  return id ?? 0;
}

/** The id of a text that is one token, such as ` yes` of a vocabulary that writes `Ġyes`. */
function onlyToken(tokenizer: TokenLookup, text: string): number | undefined {
  const { ids } = tokenizer.tokens(text);
  return ids.length === 1 ? ids[0] : undefined;
}

/** The token that a vocabulary writes with signs around the word, as a question; empty where there is none. */
function closeToken(tokenizer: TokenLookup, token: string): string {
  const near = [
    `<${token}>`,
    `<|${token}|>`,
    `[${token}]`,
    `__${token}__`,
    `▁${token}`,
    `Ġ${token}`,
  ]
    .find((each) => tokenizer.tokenId(each) !== undefined);
  return near === undefined ? "" : ` (did you mean ${quoted(near)}?)`;
}

/** A word at the start of a text and after a space, where these are other tokens. */
function wordTokens(tokenizer: TokenLookup, word: string): number[][] {
  const ways = [word, ` ${word}`].map((text) => [...tokenizer.tokens(text).ids]);
  const [first, second] = ways.filter((way) => way.length > 0);
  if (first === undefined) return [];
  return second === undefined || second.join() === first.join() ? [first] : [first, second];
}
