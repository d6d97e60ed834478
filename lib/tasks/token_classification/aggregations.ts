/**
 * The ways to join tokens to spans.
 *
 * @module
 */

/**
 * How tokens become spans; the names and the meanings are those of transformers:
 *
 * - `none`: each token is a span, its label a tag;
 * - `simple`: neighbouring tokens of one type are joined;
 * - `first`, `average`, `max`: words first get one tag, that of their first token, of the mean of their
 *   tokens' probabilities, or of the token that is most certain; then neighbouring words are joined.
 */
export type Aggregation = "none" | "simple" | "first" | "average" | "max";

/** All of them. */
export const aggregations: readonly Aggregation[] = ["none", "simple", "first", "average", "max"];
