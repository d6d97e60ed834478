/**
 * Which attention of a model is to be like that of its teacher, and how the two are compared.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { oneOf, positive, type Rule, someOf, whole } from "../../core/option_rules.ts";
import { isRecord } from "../../core/objects.ts";
import type { ModelConfig } from "../../nn/family.ts";
import type { AttentionVector } from "../../nn/layer_attention.ts";
import { isLayerMap, type LayerMap, layerMapWords } from "./layer_map.ts";

/** Which vectors of two tokens are multiplied. */
export type AttentionRelation = "query-key" | "query-query" | "key-key" | "value-value";

/** Which attention is compared, and how. */
export interface TaughtAttentionOptions {
  /**
   * `scores`, the products of queries and keys before the softmax, or `probabilities`, behind it, by their mean squared
   * difference (TinyBERT); `relations`, unless given, by the divergence of probabilities (MiniLM), which takes any
   * numbers of heads.
   */
  readonly compare?: "scores" | "probabilities" | "relations";
  /** The layers of the two: `last` unless given for relations, else `uniform`. */
  readonly layers?: LayerMap;
  /** What the mean distance counts beside the rest of the loss: 1 unless given. */
  readonly weight?: number;
  /** Which relations: `["query-key", "value-value"]` unless given. */
  readonly relations?: readonly AttentionRelation[];
  /** Into how many heads the vectors of both models are cut for relations: as many as the model has unless given. */
  readonly heads?: number;
}

/** The options with everything that was left out, but for the heads. */
export interface ComparedAttention extends Required<Omit<TaughtAttentionOptions, "heads">> {
  readonly heads: number | undefined;
}

const relationNames: readonly AttentionRelation[] = [
  "query-key",
  "query-query",
  "key-key",
  "value-value",
];
const ways = ["scores", "probabilities", "relations"] as const;

const rules: Readonly<Record<string, Rule>> = {
  compare: oneOf(ways),
  layers: [layerMapWords, isLayerMap],
  weight: positive,
  relations: someOf(relationNames),
  heads: whole,
};

/** What `attention` must be. */
export const attentionRule: Rule = [
  `{ compare, layers, weight, relations, heads }: compare ${
    ways.join(", ")
  }; layers ${layerMapWords}; a weight ` +
  `above 0; and of relations alone some of ${relationNames.join(", ")} and a number of heads`,
  (value) =>
    isRecord(value) &&
    Object.entries(value).every(([name, own]) =>
      Object.hasOwn(rules, name) && (own === undefined || rules[name][1](own))
    ) &&
    (!["scores", "probabilities"].includes(String(value.compare)) ||
      value.relations === undefined && value.heads === undefined),
];

/** The options as they are taken. */
export function comparedAttention(
  { compare = "relations", layers, weight = 1, relations, heads }: TaughtAttentionOptions,
): ComparedAttention {
  return {
    compare,
    layers: layers ?? (compare === "relations" ? "last" : "uniform"),
    weight,
    relations: relations ?? ["query-key", "value-value"],
    heads,
  };
}

/** Which vectors the teacher is asked for. */
export function comparedVectors({ compare, relations }: ComparedAttention): AttentionVector[] {
  const read = compare === "relations" ? relations.join("-").split("-") : ["query", "key"];
  return (["query", "key", "value"] as const).filter((vector) => read.includes(vector));
}

/** Numbers of a query, of all heads together. */
export function attentionWidth(
  { hiddenSize, numHeads, headSize = hiddenSize / numHeads }: Pick<
    ModelConfig,
    "hiddenSize" | "numHeads" | "headSize"
  >,
): number {
  return numHeads * headSize;
}

/**
 * Refuses numbers of heads that cannot be compared.
 *
 * @throws {TunebookError} of kind `input`
 */
export function checkHeads(
  { compare, heads }: ComparedAttention,
  own: ModelConfig,
  taught: ModelConfig,
): void {
  if (compare !== "relations") {
    if (own.numHeads === taught.numHeads) return;
    throw new TunebookError(
      "input",
      `${compare} of attention are compared head by head, but the model has ${own.numHeads} heads and its teacher ` +
        `${taught.numHeads}; take compare: "relations", which cuts the vectors of both into as many heads`,
    );
  }
  const wanted = heads ?? own.numHeads;
  const widths = [own, taught].map(attentionWidth);
  if (widths.every((width) => width % wanted === 0)) return;
  throw new TunebookError(
    "input",
    `relations of attention cut the vectors of both models into ${wanted} heads, but they have ${
      widths.join(" and ")
    } numbers; give heads, a number that divides both`,
  );
}
