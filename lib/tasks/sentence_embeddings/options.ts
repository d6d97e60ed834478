/**
 * The options of sentence embeddings: what the columns of a table mean, and how they are learnt.
 *
 * @module
 */
import { didYouMean } from "../../core/nearest.ts";
import { type PoolingName, poolingNames } from "../../text/sentence_settings.ts";
import { columnNameMistakes, unknownOptions } from "../shared/options.ts";
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

const settings = ["pooling", "normalize", "dimensions", "loss", "scale", "symmetric", "distance"];

/** The names of all options. */
export const sentenceEmbeddingsOptions: readonly string[] = [
  ...new Set(Object.values(embeddingColumns).flat()),
  ...settings,
  "margin",
  "alike",
  "pairsPerText",
  "seed",
];

/** What rows the named columns make; undefined where they make none. */
export function shapeOf(options: object): RowShape | undefined {
  const given = options as Readonly<Record<string, unknown>>;
  const all = new Set(Object.values(embeddingColumns).flat());
  const named = [...all].filter((name) => given[name] !== undefined).sort().join();
  const shapes = Object.keys(embeddingColumns) as RowShape[];
  return shapes.find((shape) => embeddingColumns[shape].toSorted().join() === named);
}

/** What is wrong with the options, one line each. */
export function sentenceEmbeddingsMistakes(options: object): string[] {
  const given = options as Readonly<Record<string, unknown>>;
  const wrong = unknownOptions(options, sentenceEmbeddingsOptions);
  const shape = shapeOf(options);
  if (!shape) {
    const shapes = Object.values(embeddingColumns).map((names) => `{ ${names.join(", ")} }`);
    return [...wrong, `name the columns of one kind of rows: ${shapes.join(", ")}`];
  }
  const columns = embeddingColumns[shape];
  wrong.push(...columnNameMistakes(given, columns.filter((name) => name !== "negative")));
  const negatives = given.negative;
  if (shape === "triplets" && !isColumnList(negatives)) {
    wrong.push(`negative is ${JSON.stringify(negatives)}, but must be a text or a list of texts`);
  }
  const named = columns.flatMap((name) => given[name]);
  if (new Set(named).size < named.length) {
    wrong.push(`${columns.join(", ")} must be different columns`);
  }
  wrong.push(...lossMistakes(given, shape), ...settingMistakes(given));
  if (given.alike !== undefined && shape === "classes") {
    wrong.push("alike belongs to rows of { first, second, label }: texts of one class are alike");
  }
  for (const name of ["pairsPerText", "seed"]) {
    if (given[name] !== undefined && shape !== "classes") {
      wrong.push(`${name} belongs to rows of { ${embeddingColumns.classes.join(", ")} }`);
    }
  }
  return wrong;
}

function isColumnList(value: unknown): boolean {
  const list = Array.isArray(value) ? value : [value];
  return list.length > 0 && list.every((each) => typeof each === "string" && each !== "");
}

/** A loss of other rows, and settings of other losses. */
function lossMistakes(given: Readonly<Record<string, unknown>>, shape: RowShape): string[] {
  const { loss } = given;
  const fitting = (Object.keys(embeddingLosses) as LossName[])
    .filter((name) => lossEntry(name).shapes.includes(shape));
  if (loss !== undefined && !fitting.includes(loss as LossName)) {
    const hint = didYouMean(String(loss), fitting);
    return [`loss is ${JSON.stringify(loss)}${hint}, but for these rows: ${fitting.join(", ")}`];
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
    .map((name) => `${name} does not belong to the loss ${chosen}`);
}

/** Settings whose values make no sense. */
function settingMistakes(given: Readonly<Record<string, unknown>>): string[] {
  const wrong: string[] = [];
  const check = (name: string, isRight: (value: unknown) => boolean, wanted: string) => {
    const value = given[name];
    if (value === undefined || isRight(value)) return;
    wrong.push(`${name} is ${JSON.stringify(value)}, but must be ${wanted}`);
  };
  const isAbove0 = (value: unknown) => typeof value === "number" && value > 0 && value < Infinity;
  const isCount = (value: unknown) => Number.isSafeInteger(value) && (value as number) > 0;
  const isOneOf = (names: readonly string[]) => (value: unknown) => names.includes(String(value));
  check("alike", (value) => typeof value === "string" && value !== "", "a text");
  check("pooling", isOneOf(poolingNames), `one of ${poolingNames.join(", ")}`);
  check("distance", isOneOf(distanceNames), `one of ${distanceNames.join(", ")}`);
  for (const name of ["normalize", "symmetric"]) {
    check(name, (value) => typeof value === "boolean", "true or false");
  }
  for (const name of ["scale", "margin"]) check(name, isAbove0, "a number above 0");
  check("pairsPerText", isCount, "a whole number above 0");
  check("seed", Number.isSafeInteger, "a whole number");
  check(
    "dimensions",
    (value) => Array.isArray(value) && value.length > 0 && value.every(isCount),
    "a list of whole numbers above 0",
  );
  return wrong;
}
