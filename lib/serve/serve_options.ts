/**
 * How a server listens, whom it answers, and how much it takes.
 *
 * @module
 */
import { optionMistakes, refuseOptions, requireOptions } from "../core/check_options.ts";
import { type Mistake, mistakeOf, optionMistake } from "../core/errors.ts";
import {
  abortSignal,
  positive,
  type Rule,
  type Rules,
  text,
  texts,
  whole,
  yesOrNo,
} from "../core/option_rules.ts";

/** How a server listens, whom it answers, and how much it takes. */
export interface ServeOptions {
  /** The address to listen on; `127.0.0.1` unless given, which other machines cannot reach. */
  readonly host?: string;
  /** The port, 0 for any that is free; 8000 unless given. */
  readonly port?: number;
  /**
   * What requests must bring as `Authorization: Bearer KEY` or `x-api-key: KEY`, one of these; nothing unless
   * given. `/health`, `/ready` and the pages are there for everybody.
   */
  readonly apiKeys?: readonly string[];
  /** Origins whose pages may ask, `https://example.org`, or `*` for all; none unless given. */
  readonly cors?: readonly string[];
  /** The most bytes of a request's body; 16 MiB unless given. */
  readonly maxBodyBytes?: number;
  /** The most inputs of a request; 256 unless given. */
  readonly maxInputs?: number;
  /** The most characters of one text; 200,000 unless given. */
  readonly maxCharacters?: number;
  /** The most tokens that a request may have written; 4,096 unless given. */
  readonly maxNewTokens?: number;
  /** The most inputs that wait for a model; requests beyond are told to come again. 512 unless given. */
  readonly maxQueue?: number;
  /** The most inputs that requests share a batch with; 32 unless given. */
  readonly batchSize?: number;
  /** How many adapters stay in memory on each base; 64 unless given. */
  readonly maxAdapters?: number;
  /** How long the body of a request may take to come, in seconds; 30 unless given. */
  readonly bodySeconds?: number;
  /** How long an answer may take, in seconds; 300 unless given. */
  readonly answerSeconds?: number;
  /** How long a server that is stopped finishes what it has begun, in seconds; 30 unless given. */
  readonly stopSeconds?: number;
  /** Says nothing of requests that failed. */
  readonly quiet?: boolean;
  /** Stops the server. */
  readonly signal?: AbortSignal;
}

/** The options with everything that was not given. */
export type ServeSettings = Required<Omit<ServeOptions, "signal">> & Pick<ServeOptions, "signal">;

const mebibyte = 2 ** 20;
const defaults: Omit<ServeSettings, "signal"> = {
  host: "127.0.0.1",
  port: 8000,
  apiKeys: [],
  cors: [],
  maxBodyBytes: 16 * mebibyte,
  maxInputs: 256,
  maxCharacters: 200_000,
  maxNewTokens: 4096,
  maxQueue: 512,
  batchSize: 32,
  maxAdapters: 64,
  bodySeconds: 30,
  answerSeconds: 300,
  stopSeconds: 30,
  quiet: false,
};

const lastPort = 65_535;
/** Shorter keys can be guessed. */
const leastKey = 8;

const port: Rule = [
  `a whole number from 0 to ${lastPort}`,
  (value) => Number.isSafeInteger(value) && value as number >= 0 && value as number <= lastPort,
];
const keys: Rule = [
  // What a key is must not be told where it is wrong.
  `a list of keys of ${leastKey} or more visible ASCII characters`,
  (value) => texts[1](value) && (value as string[]).every((key) => keyPattern.test(key)),
];
const keyPattern = new RegExp(`^[!-~]{${leastKey},}$`);
const origins: Rule = [
  'a list of origins such as "https://example.org", or ["*"]',
  (value) => texts[1](value) && (value as string[]).every((each) => each === "*" || isOrigin(each)),
];

/** What the options must be. */
export const serveRules: Rules<ServeOptions> = {
  host: text,
  port,
  apiKeys: keys,
  cors: origins,
  maxBodyBytes: whole,
  maxInputs: whole,
  maxCharacters: whole,
  maxNewTokens: whole,
  maxQueue: whole,
  batchSize: whole,
  maxAdapters: whole,
  bodySeconds: positive,
  answerSeconds: positive,
  stopSeconds: positive,
  quiet: yesOrNo,
  signal: abortSignal,
};

function isOrigin(value: string): boolean {
  return URL.canParse(value) && new URL(value).origin === value;
}

/**
 * The options with what is usual; throws one error of kind "input" with all that make no sense.
 *
 * @param others rules of what the caller takes beside them
 */
export function serveSettings<Options extends ServeOptions = ServeOptions>(
  options: Options,
  others?: Rules<Omit<Options, keyof ServeOptions>>,
): ServeSettings {
  requireOptions("serve", options);
  refuseOptions("serve", serveMistakes(options, { ...serveRules, ...others }));
  const names = Object.keys(serveRules);
  const given = Object.entries(options).filter(([name, value]) =>
    names.includes(name) && value !== undefined
  );
  return { ...defaults, ...Object.fromEntries(given) };
}

/** What is wrong with the options, one mistake each. */
function serveMistakes(options: ServeOptions, rules: Rules): Mistake[] {
  const wrong = optionMistakes(options, rules).map(withoutKeys);
  if (wrong.length > 0) return wrong;
  const { maxInputs = defaults.maxInputs, maxQueue = defaults.maxQueue } = options;
  if (maxInputs <= maxQueue) return [];
  return [
    mistakeOf((nameOf) =>
      `${nameOf("maxQueue")} is ${maxQueue}, but one request may have ${maxInputs} inputs ` +
      `(${nameOf("maxInputs")})`
    ),
  ];
}

/** Without the value of a key, which is a secret. */
function withoutKeys(mistake: Mistake): Mistake {
  if (mistake.option !== "apiKeys") return mistake;
  return optionMistake("apiKeys", `must be ${keys[0]}`);
}
