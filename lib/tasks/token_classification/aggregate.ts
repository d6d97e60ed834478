/**
 * Scores of tokens → spans of a text, as transformers' `TokenClassificationPipeline` joins them.
 *
 * @module
 */
import type { Aggregation } from "./aggregations.ts";
import { tagParts } from "../../nn/tags/tag_parts.ts";
import type { TagScheme } from "../../nn/tags/tag_scheme.ts";
import { largest } from "./logits.ts";

/** A token of a text with what the model says about it. */
export interface ScoredToken {
  /** Where it stands in the text, in UTF-16 code units. */
  readonly start: number;
  readonly end: number;
  /** True for one that goes on with the word of the token before it. */
  readonly continues: boolean;
  /** The probability of each label, [labels]. */
  readonly probabilities: ArrayLike<number>;
}

/** A span of a text. */
export interface ScoredSpan {
  /** The type of an entity, `PER`; a tag where tokens or plain tags are not joined to entities. */
  readonly label: string;
  readonly start: number;
  readonly end: number;
  /** The mean probability of its tokens or words. */
  readonly score: number;
}

/** How to aggregate. */
export interface AggregateOptions {
  readonly labels: readonly string[];
  readonly aggregation: Aggregation;
  /**
   * For BIO, IOB1 and IO the rules are those of transformers. It knows no E, S, L and U, so that an
   * entity would end in pieces; for IOBES and BILOU the rules are those of transformers.js. Of
   * plain tags neighbours are joined too, and the tag stays whole.
   */
  readonly scheme: TagScheme;
}

/** A tag with its probability at a place of the text. */
interface Tagged {
  readonly tag: string;
  readonly start: number;
  readonly end: number;
  readonly score: number;
}

/** The spans of a text from its tokens, special tokens left out; what is tagged O is no span. */
export function aggregate(
  tokens: readonly ScoredToken[],
  { labels, aggregation, scheme }: AggregateOptions,
): ScoredSpan[] {
  const byWord = aggregation !== "none" && aggregation !== "simple";
  const units = byWord ? wordsOf(tokens) : tokens.map((token) => [token]);
  const tagged = units.map((unit) => tagOf(unit, labels, aggregation));
  const spans = aggregation === "none"
    ? tagged.map(({ tag, ...place }) => ({ label: tag, ...place }))
    : grouped(tagged, scheme);
  return spans.filter(({ label }) => label !== "O");
}

function wordsOf(tokens: readonly ScoredToken[]): ScoredToken[][] {
  const words: ScoredToken[][] = [];
  for (const token of tokens) {
    if (token.continues && words.length > 0) words.at(-1)!.push(token);
    else words.push([token]);
  }
  return words;
}

function tagOf(
  tokens: readonly ScoredToken[],
  labels: readonly string[],
  aggregation: Aggregation,
): Tagged {
  const of = (values: ArrayLike<number>) => {
    const best = largest(values);
    return {
      tag: labels[best],
      start: tokens[0].start,
      end: tokens.at(-1)!.end,
      score: values[best],
    };
  };
  if (aggregation === "average") {
    return of(labels.map((_, k) => mean(tokens.map(({ probabilities }) => probabilities[k]))));
  }
  if (aggregation !== "max") return of(tokens[0].probabilities);
  const peaks = tokens.map(({ probabilities }) => probabilities[largest(probabilities)]);
  return of(tokens[largest(peaks)].probabilities);
}

function grouped(tagged: readonly Tagged[], scheme: TagScheme): ScoredSpan[] {
  const rules = scheme === "IOBES" || scheme === "BILOU"
    ? closingRules(scheme === "IOBES" ? "ES" : "LU")
    : scheme === "plain"
    ? plainRules
    : beginningRules;
  const groups: Tagged[][] = [];
  for (const each of tagged) {
    const group = groups.at(-1);
    if (group && rules.joins(group.at(-1)!.tag, each.tag)) group.push(each);
    else groups.push([each]);
  }
  return groups.map((group) => ({
    label: rules.label(group[0].tag),
    start: group[0].start,
    end: group.at(-1)!.end,
    score: mean(group.map(({ score }) => score)),
  }));
}

interface GroupRules {
  joins(previous: string, next: string): boolean;
  label(tag: string): string;
}

/** transformers' `get_tag`: any letter but B goes on with its type. */
function begun(tag: string): { begins: boolean; type: string } {
  const hasLetter = tag.startsWith("B-") || tag.startsWith("I-");
  return { begins: tag.startsWith("B-"), type: hasLetter ? tag.slice(2) : tag };
}

const beginningRules: GroupRules = {
  joins(previous, next) {
    const { begins, type } = begun(next);
    return !begins && type === begun(previous).type;
  },
  label: (tag) => tag.slice(tag.indexOf("-") + 1),
};

const plainRules: GroupRules = {
  joins: (previous, next) => previous === next,
  label: (tag) => tag,
};

function closingRules([end, single]: string): GroupRules {
  return {
    joins(previous, next) {
      const [a, b] = [tagParts(previous), tagParts(next)];
      if (!a || !b || a.prefix === "O" || b.prefix === "O") return previous === next;
      const closed = a.prefix === end || a.prefix === single;
      return !closed && a.type === b.type && b.prefix !== "B" && b.prefix !== single;
    },
    label: (tag) => tag === "O" ? tag : tagParts(tag)?.type ?? tag,
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
