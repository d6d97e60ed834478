/**
 * The likeliest continuations of several beams.
 *
 * @module
 */

/** A beam with one more token. */
export interface BeamCandidate {
  /** Which beam is continued, from 0. */
  readonly beam: number;
  readonly token: number;
  /** The log probability of the whole text. */
  readonly score: number;
}

/**
 * The `count` likeliest continuations, the likeliest first and the first of equal ones first; a heap of them
 * is kept while all are looked at once. Sums are float32, as in torch.
 *
 * @param logProbs by beam, [vocabSize] each
 * @param scores log probabilities of the beams
 */
export function likeliestContinuations(
  logProbs: readonly Float32Array[],
  scores: readonly number[],
  count: number,
): BeamCandidate[] {
  const kept = new Heap(count);
  let least = -Infinity;
  for (const [beam, row] of logProbs.entries()) {
    const score = scores[beam];
    for (let token = 0; token < row.length; token++) {
      // Rounding a sum never changes its order, so that most need none.
      const sum = row[token] + score;
      if (sum < least) continue;
      const rounded = Math.fround(sum);
      if (rounded <= least && kept.size >= count) continue;
      kept.add(beam, token, rounded);
      if (kept.size >= count) least = kept.least;
    }
  }
  return kept.sorted();
}

/** The largest of what is added: the root is the least of them. */
class Heap {
  readonly #items: BeamCandidate[] = [];
  readonly #limit: number;

  constructor(limit: number) {
    this.#limit = limit;
  }

  get size(): number {
    return this.#items.length;
  }

  /** What another one must exceed, once there are enough. */
  get least(): number {
    return this.#items[0].score;
  }

  add(beam: number, token: number, score: number): void {
    const items = this.#items;
    const item = { beam, token, score };
    if (items.length < this.#limit) {
      items.push(item);
      this.#rise(items.length - 1);
    } else {
      items[0] = item;
      this.#sink(0);
    }
  }

  sorted(): BeamCandidate[] {
    return this.#items.toSorted((a, b) => isWorse(a, b) ? 1 : -1);
  }

  #rise(at: number): void {
    const items = this.#items;
    for (let parent = (at - 1) >> 1; at > 0 && isWorse(items[at], items[parent]);) {
      [items[at], items[parent]] = [items[parent], items[at]];
      at = parent;
      parent = (at - 1) >> 1;
    }
  }

  #sink(at: number): void {
    const items = this.#items;
    while (true) {
      let worst = at;
      for (const child of [2 * at + 1, 2 * at + 2]) {
        if (child < items.length && isWorse(items[child], items[worst])) worst = child;
      }
      if (worst === at) return;
      [items[at], items[worst]] = [items[worst], items[at]];
      at = worst;
    }
  }
}

/** Of equal ones the later is worse. */
function isWorse(a: BeamCandidate, b: BeamCandidate): boolean {
  if (a.score !== b.score) return a.score < b.score;
  return a.beam !== b.beam ? a.beam > b.beam : a.token > b.token;
}
