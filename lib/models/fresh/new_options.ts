/**
 * The sizes of a model that is made anew, as a person gives them.
 *
 * @module
 */
import { checkOptions } from "../../core/check_options.ts";
import { type Mistake, optionMistake } from "../../core/errors.ts";
import {
  integer,
  oneOf,
  type Rule,
  type Rules,
  share,
  whole,
  yesOrNo,
} from "../../core/option_rules.ts";
import { languageMarks, specialTokens } from "../../text/train/new_tokenizer.ts";
import { newFamilyOf, thoseThatTake } from "./new_families.ts";
import type { NewFamily } from "./new_family.ts";

/** The sizes of a new model and its tokenizer. */
export interface NewModelOptions {
  /** Numbers of a token between blocks; 256 unless given. */
  readonly hiddenSize?: number;
  /** Blocks, of an encoder-decoder those of the encoder; 4 unless given. */
  readonly layers?: number;
  /** Blocks of the decoder (`marian`, `t5`); as many as `layers` unless given. */
  readonly decoderLayers?: number;
  /** Attention heads of a block; one for each 64 numbers unless given. */
  readonly heads?: number;
  /** Heads of keys and values (`llama`); as many as `heads` unless given. */
  readonly keyValueHeads?: number;
  /** Numbers inside a feed-forward part; 8/3 × hiddenSize (`llama`) or 4 × (others) unless given. */
  readonly intermediateSize?: number;
  /** The longest text in tokens; 256 unless given. */
  readonly positions?: number;
  /** Tokens of the vocabulary; 8,000 unless given. Less where the data has not as many. */
  readonly vocabulary?: number;
  /** `bytes`: byte-level byte pairs (unless given). `characters`: each character a token, for Chinese. */
  readonly tokenizer?: "bytes" | "characters";
  /**
   * The languages that sources may ask for (`marian`, `t5`), a list or a text with commas, `"de,fr"`: each has
   * a token such as `>>de<<`, which the task's `targetLanguage` or the source itself begins with.
   */
  readonly languages?: readonly string[] | string;
  /** Dropout probability in training (`gpt2`, `marian`, `t5`); 0 unless given. */
  readonly dropout?: number;
  /** True where the language head shares the word table; true unless given. */
  readonly tied?: boolean;
  /** Seed of the weights; 1 unless given. */
  readonly seed?: number;
}

/** Options with their defaults. */
export interface NewModelSettings extends Required<NewModelOptions> {
  readonly languages: readonly string[];
}

const languages: Rule = [
  'different names such as "de" or "pt-br", a list or a text with commas',
  (value) => {
    if (typeof value !== "string" && !Array.isArray(value)) return false;
    const names = languageList(value);
    return names.every((name) => /^\w+(?:-\w+)*$/.test(name)) &&
      new Set(names).size === names.length;
  },
];

const rules: Rules<NewModelOptions> = {
  hiddenSize: whole,
  layers: whole,
  decoderLayers: whole,
  heads: whole,
  keyValueHeads: whole,
  intermediateSize: whole,
  positions: whole,
  vocabulary: whole,
  tokenizer: oneOf(["bytes", "characters"]),
  languages,
  dropout: share,
  tied: yesOrNo,
  seed: integer,
};

/** The numbers of a head, unless told otherwise. */
const headSize = 64;
const bytes = 256;

/**
 * Checks the options of `new:<modelType>`. Throws one error of kind "input" with every option that
 * makes no sense, and for a family that cannot be made anew.
 */
export function newModelSettings(modelType: string, options: NewModelOptions): NewModelSettings {
  const family = newFamilyOf(modelType);
  const { hiddenSize = 256, layers = 4 } = options;
  const heads = options.heads ?? Math.max(1, Math.round(hiddenSize / headSize));
  const settings = (): NewModelSettings => ({
    hiddenSize,
    layers,
    decoderLayers: options.decoderLayers ?? layers,
    heads,
    keyValueHeads: options.keyValueHeads ?? heads,
    intermediateSize: options.intermediateSize ?? family.feedForwardSize(hiddenSize),
    positions: options.positions ?? 256,
    vocabulary: options.vocabulary ?? 8000,
    tokenizer: options.tokenizer ?? "bytes",
    languages: languageList(options.languages ?? []),
    dropout: options.dropout ?? 0,
    tied: options.tied ?? true,
    seed: options.seed ?? 1,
  });
  checkOptions(`new:${modelType}`, options, rules, () => [
    ...foreignOptions(family, options),
    ...sizeMistakes(family, settings()),
  ]);
  return settings();
}

/** Options of other families. */
function foreignOptions({ called, takes }: NewFamily, options: NewModelOptions): Mistake[] {
  return (["keyValueHeads", "dropout", "decoderLayers", "languages"] as const)
    .filter((name) => options[name] !== undefined && !takes.includes(name))
    .map((name) => optionMistake(name, `is for ${thoseThatTake(name)}; ${called} has none`));
}

/** Sizes that do not fit each other. */
function sizeMistakes(family: NewFamily, settings: NewModelSettings): Mistake[] {
  const { hiddenSize, heads, keyValueHeads, vocabulary, tokenizer } = settings;
  const special = specialTokens(tokenizer, pairsOf(family, settings)).length;
  return [
    ...hiddenSize % heads === 0 ? [] : [
      optionMistake("heads", `is ${heads}, which must divide hiddenSize, ${hiddenSize}`),
    ],
    ...!family.rotates || (hiddenSize / heads) % 2 === 0 ? [] : [
      optionMistake("heads", `leaves ${hiddenSize / heads} numbers to a head, which must be even`),
    ],
    ...heads % keyValueHeads === 0 ? [] : [
      optionMistake("keyValueHeads", `is ${keyValueHeads}, which must divide heads, ${heads}`),
    ],
    ...tokenizer === "characters" || vocabulary >= bytes + special ? [] : [
      optionMistake(
        "vocabulary",
        `is ${vocabulary}, but bytes alone are ${bytes + special} tokens with ` +
          (special === 1 ? "the one that ends a text" : `the ${special} that stand for no text`),
      ),
    ],
  ];
}

/** What the tokenizer of an encoder-decoder has beside tokens of texts. */
export function pairsOf(
  { readsPairs }: NewFamily,
  { languages }: NewModelSettings,
): { readonly marks: readonly string[] } | undefined {
  return readsPairs ? { marks: languageMarks(languages) } : undefined;
}

/** The names in a list or in a text with commas; none in anything else, which is a mistake of its own. */
function languageList(given: unknown): string[] {
  const names: readonly unknown[] = typeof given === "string"
    ? given.split(",")
    : Array.isArray(given)
    ? given
    : [];
  return names.map((name) => String(name).trim());
}
