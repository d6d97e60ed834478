/**
 * The tokens of sampled answers in pieces, so that the logits of a batch are never there as a whole. Each
 * answer is whole in one piece, where losses of whole answers need it, and so is a pair of them.
 *
 * @module
 */
import type { HostTensor } from "../../engine/mod.ts";

/** Where the answers of a batch stand. */
export interface AnswerPieces {
  readonly pieces: number;
  /** Places of a piece; the last one of each is free. */
  readonly length: number;
  /** The most answers of a piece. */
  readonly most: number;
  /** For each answer its piece, its first place in it, and which answer of the piece it is. */
  readonly at: readonly {
    readonly piece: number;
    readonly start: number;
    readonly index: number;
  }[];
}

/**
 * Puts each answer into the piece that has the fewest tokens, the longest answers first.
 *
 * @param together so many answers, one after the other, stand side by side in one piece; 1 unless given
 */
export function answerPieces(
  lengths: readonly number[],
  pieces: number,
  together = 1,
): AnswerPieces {
  const tokens = Array<number>(pieces).fill(0);
  const counts = Array<number>(pieces).fill(0);
  const at = Array<AnswerPieces["at"][number]>(lengths.length);
  const sets = Array.from(
    { length: lengths.length / together },
    (_, set) => Array.from({ length: together }, (_, member) => set * together + member),
  );
  const sizes = sets.map((set) => set.reduce((sum, answer) => sum + lengths[answer], 0));
  const byLength = [...sets.keys()].sort((a, b) => sizes[b] - sizes[a] || a - b);
  for (const set of byLength) {
    const piece = tokens.indexOf(Math.min(...tokens));
    for (const answer of sets[set]) {
      at[answer] = { piece, start: tokens[piece], index: counts[piece] };
      tokens[piece] += lengths[answer];
      counts[piece]++;
    }
  }
  return { pieces, length: Math.max(...tokens) + 1, most: Math.max(together, ...counts), at };
}

/** Numbers of each token of each answer, [pieces, length]; 0 in free places. */
export function ofTokens(
  arranged: AnswerPieces,
  answers: readonly ArrayLike<number>[],
): HostTensor {
  return placed(arranged, answers, new Float32Array(arranged.pieces * arranged.length));
}

/** The same as whole numbers. */
export function idsOfTokens(
  arranged: AnswerPieces,
  answers: readonly ArrayLike<number>[],
): HostTensor {
  return placed(arranged, answers, new Int32Array(arranged.pieces * arranged.length));
}

function placed(
  { pieces, length, at }: AnswerPieces,
  answers: readonly ArrayLike<number>[],
  data: Float32Array<ArrayBuffer> | Int32Array<ArrayBuffer>,
): HostTensor {
  answers.forEach((each, i) => data.set(each, at[i].piece * length + at[i].start));
  return { shape: [pieces, length], data };
}

/** A number of each answer, [pieces, most]; 0 where there is none. */
export function ofAnswers(
  { pieces, most, at }: AnswerPieces,
  values: readonly number[],
): HostTensor {
  const data = new Float32Array(pieces * most);
  values.forEach((value, i) => data[at[i].piece * most + at[i].index] = value);
  return { shape: [pieces, most], data };
}

/** What each token of a piece counts in the number of its answer, [pieces, most, length]. */
export function membership(
  { pieces, length, most, at }: AnswerPieces,
  weights: readonly ArrayLike<number>[],
): HostTensor {
  const data = new Float32Array(pieces * most * length);
  weights.forEach((each, i) => {
    const { piece, start, index } = at[i];
    data.set(each, (piece * most + index) * length + start);
  });
  return { shape: [pieces, most, length], data };
}

/** The numbers of each answer's tokens, out of numbers for all places. */
export function readTokens(
  { length, at }: AnswerPieces,
  lengths: readonly number[],
  data: HostTensor["data"],
): Float32Array[] {
  return lengths.map((tokens, i) => {
    const start = at[i].piece * length + at[i].start;
    return Float32Array.from(
      { length: tokens },
      (_, token) => Number(data[start + token]),
    );
  });
}
