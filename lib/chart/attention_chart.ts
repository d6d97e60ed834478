/**
 * Which token looks at which.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { short } from "./rows.ts";

/** The attention of one head, or a mean over heads. */
export interface Attention {
  /** The tokens of a text. */
  readonly tokens: readonly string[];
  /** `weights[i][j]`: how much token i takes from token j; each row sums to 1. */
  readonly weights: readonly ArrayLike<number>[];
}

const [cell, most] = [22, 660];
/** Cells of fewer pixels cannot be told apart, and their labels not be read. */
const mostTokens = 100;

/**
 * Draws attention weights as a heat map: a row for each token that looks, a column for each token
 * that is looked at. Of more than 100 tokens no picture can be read: an error of kind "input".
 *
 * @example
 * ```ts
 * import { attentionChart } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const drawn = attentionChart({ tokens: ["good", "film"], weights: [[0.9, 0.1], [0.6, 0.4]] });
 * assert.match(String(drawn), /film looks at good most \(0.6\)/);
 * ```
 */
export function attentionChart({ tokens, weights }: Attention): Drawing {
  if (weights.length !== tokens.length || weights.some((row) => row.length !== tokens.length)) {
    throw new TunebookError(
      "input",
      `${tokens.length} tokens need ${tokens.length} rows of ${tokens.length} weights, not ` +
        `${weights.length} rows of ${[...new Set(weights.map((row) => row.length))].join(", ")}`,
    );
  }
  if (tokens.length > mostTokens) {
    throw new TunebookError(
      "input",
      `attention over ${tokens.length} tokens would be ${
        (tokens.length ** 2).toLocaleString("en")
      } cells, which cannot be read; draw ${mostTokens} tokens at most: tokens.slice(0, ${mostTokens}) ` +
        `and weights.slice(0, ${mostTokens}).map((row) => row.slice(0, ${mostTokens}))`,
    );
  }
  const values = weights.flatMap((row, from) =>
    Array.from(row, (weight, to) => ({ from, to, weight }))
  );
  const side = Math.min(most, Math.max(cell * tokens.length, 3 * cell));
  const axis = (field: string, title: string, more: object) => ({
    field,
    type: "ordinal",
    title,
    // A token may occur twice, so that axes count positions and show the token.
    axis: {
      labelExpr: "tokens[datum.value]",
      labelLimit: 90,
      domain: false,
      ticks: false,
      ...more,
    },
  });
  const strongest = weights.map((row, from) => {
    const weight = Math.max(...Array.from(row));
    const to = Array.from(row).indexOf(weight);
    return `${tokens[from]} looks at ${tokens[to]} most (${short(weight)})`;
  });
  return drawing(
    {
      width: side,
      height: side,
      params: [{ name: "tokens", value: [...tokens] }],
      data: { values },
      mark: { type: "rect", stroke: "rgba(128,128,128,.3)", strokeWidth: 0.5 },
      encoding: {
        x: axis("to", "is looked at", { orient: "top", labelAngle: -45 }),
        y: axis("from", "looks", {}),
        color: {
          field: "weight",
          type: "quantitative",
          scale: { scheme: "blues", domainMin: 0 },
          legend: { format: ".2" },
        },
      },
    } as never,
    `Attention over ${tokens.length} tokens: ${strongest.join("; ")}`,
    { maxMarks: mostTokens ** 2 },
  );
}
