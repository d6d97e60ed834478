/**
 * The options of sentence embeddings: what the columns of a table mean, and how they are learnt.
 *
 * @module
 */
import { optionMistakes } from "../../core/check_options.ts";
import { type Mistake, mistakeOf, optionMistake } from "../../core/errors.ts";
import {
  integer,
  oneOf,
  positive,
  type Rule,
  type Rules,
  text,
  whole,
  yesOrNo,
} from "../../core/option_rules.ts";
import { shownValue } from "../../core/shown_value.ts";
import { type PoolingName, poolingNames } from "../../text/sentence_settings.ts";
import { type DistanceName, distanceNames } from "./distance.ts";
import {
  defaultLoss,
  embeddingLosses,
  lossEntry,
  type LossName,
  type LossSettings,
  type RowShape,
} from "./losses.ts";

/** What all rows have in common. */
export interface EmbeddingOptions {
  /**
   * How the tokens of a text become its vector: as the folder of the model says in `1_Pooling`, else
   * the mean of all tokens, unless given.
   */
  readonly pooling?: PoolingName;
  /** Whether vectors are made to length 1; as the folder says, else true, unless given. */
  readonly normalize?: boolean;
  /**
   * Learns vectors that may be cut to their first numbers (Matryoshka): all sizes that they should
   * work at, such as `[384, 256, 128, 64]`.
   */
  readonly dimensions?: readonly number[];
}

/** Pairs of texts that belong together, such as a question and its answer. */
export interface EmbeddingPairsOptions extends EmbeddingOptions {
  /** The column of what is asked. */
  readonly anchor: string;
  /** The column of the text that should be found. */
  readonly positive: string;
  readonly loss?: "multipleNegativesRanking";
  /** What cosines are multiplied with; 20 unless given. */
  readonly scale?: number;
  /** Whether positives must find their anchors, too; false unless given. */
  readonly symmetric?: boolean;
}

/** Pairs with texts that do not belong to them. */
export interface EmbeddingTripletsOptions extends EmbeddingOptions {
  readonly anchor: string;
  readonly positive: string;
  /** The column, or the columns, of texts that should not be found. */
  readonly negative: string | readonly string[];
  /** `multipleNegativesRanking` unless given. */
  readonly loss?: "multipleNegativesRanking" | "triplet";
  readonly scale?: number;
  readonly symmetric?: boolean;
  /** For `triplet`: `euclidean` unless given. */
  readonly distance?: DistanceName;
  /** For `triplet`: 5, or 0.5 of cosines, unless given. */
  readonly margin?: number;
}

/** Pairs with a number that says how alike they are. */
export interface EmbeddingScoresOptions extends EmbeddingOptions {
  readonly first: string;
  readonly second: string;
  /** The column of the numbers; `cosineSimilarity` needs them from −1 to 1. */
  readonly score: string;
  /** `cosent` unless given. */
  readonly loss?: "cosent" | "cosineSimilarity";
  readonly scale?: number;
}

/** Pairs that are alike or not, or pairs with a class such as `entailment`. */
export interface EmbeddingLabelsOptions extends EmbeddingOptions {
  readonly first: string;
  readonly second: string;
  /** The column of 1 for pairs that are alike and 0 for others; for `softmax` of any classes. */
  readonly label: string;
  /** `contrastive` unless given. */
  readonly loss?: "contrastive" | "cosineSimilarity" | "cosent" | "softmax";
  /**
   * For `softmax`: the class of pairs that are alike, such as `entailment`; "1" unless given. Held-out
   * pairs are scored by how well cosines tell it from the other classes.
   */
  readonly alike?: string;
  readonly scale?: number;
  /** For `contrastive`: `cosine` unless given. */
  readonly distance?: DistanceName;
  /** For `contrastive`: 0.5, or 5 of Euclidean distances, unless given. */
  readonly margin?: number;
}

/** Texts with a class: pairs are made of them, alike where the classes are the same. */
export interface EmbeddingClassesOptions extends EmbeddingOptions {
  readonly text: string;
  /** The column of the classes. */
  readonly label: string;
  /** `cosineSimilarity` unless given. */
  readonly loss?: "cosineSimilarity" | "contrastive" | "cosent" | "softmax";
  readonly scale?: number;
  readonly distance?: DistanceName;
  readonly margin?: number;
  /** So many partners of the same class, and as many of others, are drawn for each text; 4 unless given. */
  readonly pairsPerText?: number;
  /** What the pairs are drawn with; 1 unless given. */
  readonly seed?: number;
}

/** The options of any rows. */
export type SentenceEmbeddingsOptions =
  | EmbeddingPairsOptions
  | EmbeddingTripletsOptions
  | EmbeddingScoresOptions
  | EmbeddingLabelsOptions
  | EmbeddingClassesOptions;

/** The options that name columns, for each shape of rows. */
export const embeddingColumns: Readonly<Record<RowShape, readonly string[]>> = {
  pairs: ["anchor", "positive"],
  triplets: ["anchor", "positive", "negative"],
  scored: ["first", "second", "score"],
  labelled: ["first", "second", "label"],
  classes: ["text", "label"],
};

const columnOrColumns: Rule = ["a text or a list of texts", isColumnList];
const sizes: Rule = [
  "a list of whole numbers above 0",
  (value) => Array.isArray(value) && value.length > 0 && value.every((each) => whole[1](each)),
];

/** What the options must be. */
export const sentenceEmbeddingsRules: Rules<
  & EmbeddingTripletsOptions
  & Omit<EmbeddingScoresOptions, "loss">
  & Omit<EmbeddingLabelsOptions, "loss">
  & Omit<EmbeddingClassesOptions, "loss">
> = {
  anchor: text,
  positive: text,
  negative: columnOrColumns,
  first: text,
  second: text,
  score: text,
  label: text,
  text,
  loss: oneOf(Object.keys(embeddingLosses)),
  scale: positive,
  margin: positive,
  distance: oneOf(distanceNames),
  symmetric: yesOrNo,
  alike: text,
  dimensions: sizes,
  pooling: oneOf(poolingNames),
  normalize: yesOrNo,
  pairsPerText: whole,
  seed: integer,
};

/** The names of all options. */
export const sentenceEmbeddingsOptions: readonly string[] = Object.keys(sentenceEmbeddingsRules);

/** What rows the named columns make; undefined where they make none. */
export function shapeOf(options: object): RowShape | undefined {
  const given = options as Readonly<Record<string, unknown>>;
  const all = new Set(Object.values(embeddingColumns).flat());
  const named = [...all].filter((name) => given[name] !== undefined).sort().join();
  const shapes = Object.keys(embeddingColumns) as RowShape[];
  return shapes.find((shape) => embeddingColumns[shape].toSorted().join() === named);
}

/** What is wrong with the options. */
export function sentenceEmbeddingsMistakes(options: object): Mistake[] {
  const given = options as Readonly<Record<string, unknown>>;
  const wrong = optionMistakes(options, sentenceEmbeddingsRules);
  const shape = shapeOf(options);
  if (!shape) {
    const told: Mistake["told"] = (nameOf) => {
      const shapes = Object.values(embeddingColumns).map((names) => inBraces(names, nameOf));
      return `name the columns of one kind of rows: ${shapes.join(", ")}`;
    };
    return [...wrong, mistakeOf(told)];
  }
  const columns = embeddingColumns[shape];
  const named = columns.flatMap((name) => given[name]);
  if (new Set(named).size < named.length) {
    wrong.push(
      mistakeOf((nameOf) => `${columns.map(nameOf).join(", ")} must be different columns`),
    );
  }
  wrong.push(...lossMistakes(given, shape));
  if (given.alike !== undefined && shape === "classes") {
    wrong.push(belongsTo("alike", "labelled", ": texts of one class are alike"));
  }
  for (const name of ["pairsPerText", "seed"]) {
    if (given[name] !== undefined && shape !== "classes") wrong.push(belongsTo(name, "classes"));
  }
  return wrong;
}

function isColumnList(value: unknown): boolean {
  const list = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((each) => text[1](each));
}

const inBraces = (names: readonly string[], nameOf: (option: string) => string) =>
  `{ ${names.map(nameOf).join(", ")} }`;

function belongsTo(option: string, shape: RowShape, why = ""): Mistake {
  return {
    option,
    told: (nameOf) =>
      `${nameOf(option)} belongs to rows of ${inBraces(embeddingColumns[shape], nameOf)}${why}`,
  };
}

/** A loss of other rows, and settings of other losses. */
function lossMistakes(given: Readonly<Record<string, unknown>>, shape: RowShape): Mistake[] {
  const { loss } = given;
  if (loss !== undefined && !Object.hasOwn(embeddingLosses, loss as string)) return [];
  const fitting = (Object.keys(embeddingLosses) as LossName[])
    .filter((name) => lossEntry(name).shapes.includes(shape));
  if (loss !== undefined && !fitting.includes(loss as LossName)) {
    return [
      optionMistake("loss", `is ${shownValue(loss)}, but for these rows: ${fitting.join(", ")}`),
    ];
  }
  const chosen = (loss ?? defaultLoss[shape]) as LossName;
  const names: readonly (keyof LossSettings)[] = [
    "scale",
    "symmetric",
    "distance",
    "margin",
    "alike",
    "dimensions",
  ];
  return names
    .filter((name) => given[name] !== undefined && !lossEntry(chosen).settings.includes(name))
    .map((name) => optionMistake(name, `does not belong to the loss ${chosen}`));
}
