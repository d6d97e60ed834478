/**
 * The sizes of a model that is made anew, checked, with those that were not given.
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
import { languageMarks, type PairTokens, specialTokens } from "../../text/train/new_tokenizer.ts";
import { newFamilyOf, thoseThatTake } from "./new_families.ts";
import type { NewFamily } from "./new_family.ts";
import type { NewModelOptions, NewModelSettings } from "./new_options.ts";

const languages: Rule = [
  'different names such as "de" or "pt-br", a list or a text with commas',
  (value) => {
    const isList = Array.isArray(value) && value.every((name) => typeof name === "string");
    if (typeof value !== "string" && !isList) return false;
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
  imageSize: whole,
  patchSize: whole,
  queries: whole,
  prediction: oneOf(["flow", "epsilon", "v_prediction"]),
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
    imageSize: options.imageSize ?? 64,
    patchSize: options.patchSize ?? 8,
    queries: options.queries ?? 20,
    prediction: options.prediction ?? "flow",
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
function foreignOptions({ called, takes, input }: NewFamily, options: NewModelOptions): Mistake[] {
  const special = [
    "keyValueHeads",
    "dropout",
    "decoderLayers",
    "languages",
    "imageSize",
    "patchSize",
    "queries",
    "prediction",
  ];
  const ofTexts = ["positions", "vocabulary", "tokenizer", "tied"];
  return ([...special, ...(input === "image" ? ofTexts : [])] as (keyof NewModelOptions)[])
    .filter((name) => options[name] !== undefined && !takes.includes(name))
    .map((name) => optionMistake(name, `is for ${thoseThatTake(name)}; ${called} has none`));
}

/** Sizes that do not fit each other. */
function sizeMistakes(family: NewFamily, settings: NewModelSettings): Mistake[] {
  const { hiddenSize, heads, keyValueHeads, vocabulary, tokenizer } = settings;
  const special = specialTokens(tokenizer, pairsOf(family, settings)).length;
  const { imageSize, patchSize } = settings;
  const { imageMultiple = 1, hiddenMultiple = 1 } = family;
  return [
    ...imageSize % imageMultiple === 0 ? [] : [
      optionMistake("imageSize", `is ${imageSize}, but must be a multiple of ${imageMultiple}`),
    ],
    ...hiddenSize % hiddenMultiple === 0 ? [] : [
      optionMistake("hiddenSize", `is ${hiddenSize}, but must be a multiple of ${hiddenMultiple}`),
    ],
    ...!family.takes.includes("patchSize") || imageSize % patchSize === 0 ? [] : [
      optionMistake("patchSize", `is ${patchSize}, which must divide imageSize, ${imageSize}`),
    ],
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
): PairTokens | undefined {
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
