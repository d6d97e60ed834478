/**
 * The heads that are the same in all families: a linear on each token, or none at all.
 *
 * @module
 */
import { checkOptions } from "../core/check_options.ts";
import { anyText, callable, type Rule, text } from "../core/option_rules.ts";
import type { Head, TextConfig } from "../nn/family.ts";

const pattern: Rule = ["a regular expression", (value) => value instanceof RegExp];

/** A config that says how much is dropped before a head. */
export interface HeadConfig extends TextConfig {
  readonly headDropout: number;
}

/** What differs between families. */
export interface TokenHeadOptions<Config> {
  /** The linear's name; `classifier` unless given. */
  readonly path?: string;
  /** Dropout before the linear; the config's `headDropout` unless given. */
  readonly dropout?: (config: Config) => number;
  readonly unused?: RegExp;
}

/**
 * Scores of the classes of each token.
 *
 * @example
 * ```ts
 * import { tokenHead } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const { reads, className } = tokenHead("BertForTokenClassification");
 * assert.deepEqual([reads, className], ["tokens", "BertForTokenClassification"]);
 * ```
 */
export function tokenHead<Config extends HeadConfig>(
  className: string,
  options: TokenHeadOptions<Config> = {},
): Head<Config> {
  checkOptions("tokenHead", options, { path: text, dropout: callable, unused: pattern });
  const { path = "classifier", dropout = ({ headDropout }) => headDropout, unused } = options;
  return {
    reads: "tokens",
    layers: (
      { hiddenSize },
      outputs,
    ) => [{ kind: "linear", path, inFeatures: hiddenSize, outFeatures: outputs }],
    forward: (net, config, tokens) => net.linear(path, net.dropout(tokens, dropout(config))),
    className,
    ...(unused ? { unused } : {}),
  };
}

const spanPath = "qa_outputs";

/**
 * Scores of each token as the start and as the end of an answer; outputs is 2.
 *
 * @example
 * ```ts
 * import { spanHead } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.equal(spanHead("BertForQuestionAnswering").reads, "tokens");
 * ```
 */
export function spanHead<Config extends TextConfig>(
  className: string,
  options: Omit<TokenHeadOptions<Config>, "path"> & { readonly prefix?: string } = {},
): Head<Config> {
  checkOptions("spanHead", options, { dropout: callable, unused: pattern, prefix: anyText });
  const { dropout, unused, prefix } = options;
  return {
    reads: "tokens",
    layers: (
      { hiddenSize },
      outputs,
    ) => [{ kind: "linear", path: spanPath, inFeatures: hiddenSize, outFeatures: outputs }],
    forward: (net, config, tokens) =>
      net.linear(spanPath, dropout ? net.dropout(tokens, dropout(config)) : tokens),
    className,
    ...(unused ? { unused } : {}),
    ...(prefix === undefined ? {} : { prefix }),
  };
}

/**
 * The hidden state of each token as it is.
 *
 * @example
 * ```ts
 * import { embeddingHead, type TextConfig } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(embeddingHead("BertModel").layers({} as TextConfig, 0), []);
 * ```
 */
export function embeddingHead<Config extends TextConfig>(
  className: string,
  options: Pick<Head<Config>, "unread"> = {},
): Head<Config> {
  checkOptions("embeddingHead", options, { unread: pattern });
  const { unread } = options;
  return {
    reads: "tokens",
    layers: () => [],
    forward: (_net, _config, tokens) => tokens,
    className,
    // A checkpoint of the body alone has nothing before its paths.
    prefix: "",
    ...(unread ? { unread } : {}),
  };
}
