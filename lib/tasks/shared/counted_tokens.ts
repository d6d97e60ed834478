/**
 * Objectives on tokens with a large vocabulary: the head is computed at the tokens that count, a piece of
 * them at a time, so that the logits of a batch are never there as a whole.
 *
 * @module
 */
import { type HostTensor, type InputSpec, ops, type Tensor } from "../../engine/mod.ts";
import type { Objective } from "../../nn/objective.ts";
import { weightedMean } from "./cross_entropy.ts";

/** How an objective on tokens is cut into pieces. */
export interface CountedTokensOptions {
  /** The objective's feed with the class of each token, [batch, sequence]. */
  readonly targets: string;
  /** Its feed with the weight of each token, [batch, sequence]; 0 for those that do not count. */
  readonly weights: string;
  /** The loss of each token, [tokens], of logits [tokens, outputs] and classes; cross-entropy unless given. */
  readonly losses?: (logits: Tensor, targets: Tensor) => Tensor;
}

/**
 * Logits of a piece. The least memory of a step is that of its layers, and smaller pieces lower it no
 * more; they read the head's weights more often.
 */
const pieceBytes = 2 ** 25;

/** Smaller logits than these are computed at once. */
const largestWhole = 2 ** 24;

/** Products of fewer rows are slower for each row. */
const leastRows = 64;

/** More pieces make a program long. */
const mostPieces = 32;

const floatBytes = 4;

/** Names of the feeds. */
export const countedNames = {
  tokens: "counted_tokens",
  slots: "counted_slots",
  targets: "counted_targets",
  weights: "counted_weights",
} as const;

const { tokens, slots, targets, weights } = countedNames;

/** How many pieces so many tokens of a vocabulary are cut into; 0 where they need none. */
export function piecesFor(counted: number, vocabSize: number): number {
  const bytes = counted * vocabSize * floatBytes;
  if (bytes <= largestWhole) return 0;
  const most = Math.max(1, Math.min(mostPieces, Math.floor(counted / leastRows)));
  return Math.min(most, Math.ceil(bytes / pieceBytes));
}

/** So many tokens are run together in evaluation: 4 rows of 128. */
const evaluatedTokens = 512;

/** How many pieces evaluation cuts the tokens of a batch into, whose number is not known beforehand. */
export function evaluatedPieces(vocabSize: number): number {
  return Math.max(1, piecesFor(evaluatedTokens, vocabSize));
}

/** The objective in pieces where the logits of one of the batches would be large; itself otherwise. */
export function forCountedTokens(
  objective: Objective,
  batches: Iterable<ArrayLike<number>>,
  options: CountedTokensOptions,
): Objective {
  let most = 0;
  for (const rows of batches) {
    const { [options.weights]: { data } } = objective.targetsOf(rows, 1);
    most = Math.max(most, placesThatCount(data).length);
  }
  const pieces = piecesFor(most, objective.outputs);
  return pieces > 0 ? overCountedTokens(objective, pieces, options) : objective;
}

/**
 * The objective in so many pieces: the same loss, of the tokens with a weight alone. Its own feeds are
 * `counted_tokens`, `counted_targets` and `counted_weights`, [pieces, length], and `counted_slots`, which
 * lies as the batch's tokens do.
 */
export function overCountedTokens(
  objective: Objective,
  pieces: number,
  { targets: givenTargets, weights: givenWeights, losses = ops.classCrossEntropy }:
    CountedTokensOptions,
): Objective {
  const { [givenTargets]: { shape }, [givenWeights]: _, ...others } = objective.feeds;
  const { forBatches: _done, ...same } = objective;
  return {
    ...same,
    feeds: { ...others, ...countedInputs(pieces, shape) },
    piecewise: {
      pieces,
      tokens,
      slots,
      cut: [targets, weights],
      loss: (logits, feeds) =>
        weightedMean(losses(logits, feeds[targets]), feeds[weights], feeds.normaliser),
    },
    targetsOf(rows, normaliser, about) {
      const { [givenTargets]: classes, [givenWeights]: each, ...others } = objective
        .targetsOf(rows, normaliser, about);
      return { ...others, ...countedFeeds(classes, each, pieces) };
    },
  };
}

/** What the pieces are fed with; `shape` is that of a feed that lies as the batch's tokens do. */
export function countedInputs(
  pieces: number,
  shape: InputSpec["shape"],
): Record<string, InputSpec> {
  const int32 = { role: "feed", type: "int32" } as const;
  const inPieces = [pieces, "counted"];
  return {
    [tokens]: { ...int32, shape: inPieces },
    [slots]: { ...int32, shape },
    [targets]: { ...int32, shape: inPieces },
    [weights]: { role: "feed", type: "float32", shape: inPieces },
  };
}

function placesThatCount(weights: HostTensor["data"]): number[] {
  const places: number[] = [];
  for (let at = 0; at < weights.length; at++) if (Number(weights[at]) !== 0) places.push(at);
  return places;
}

/** What the pieces are fed with: the tokens with a weight, their classes and weights, and where each is. */
export function countedFeeds(
  classes: HostTensor,
  each: HostTensor,
  pieces: number,
): Record<string, HostTensor> {
  const counted = placesThatCount(each.data);
  // One more than there are, so that the last place is always free.
  const length = Math.ceil((counted.length + 1) / pieces);
  const size = pieces * length;
  const of = <Numbers extends Int32Array | Float32Array>(
    data: Numbers,
    from: HostTensor["data"],
  ) => {
    counted.forEach((at, slot) => data[slot] = Number(from[at]));
    return { shape: [pieces, length], data };
  };
  const places = new Int32Array(each.data.length).fill(size - 1);
  counted.forEach((at, slot) => places[at] = slot);
  return {
    [tokens]: {
      shape: [pieces, length],
      data: Int32Array.from({ length: size }, (_, slot) => counted[slot] ?? 0),
    },
    [slots]: { shape: each.shape, data: places },
    [targets]: of(new Int32Array(size), classes.data),
    [weights]: of(new Float32Array(size), each.data),
  };
}
