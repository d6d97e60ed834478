/**
 * Pairs of tokens by how often they occur: the queue of a byte-pair training.
 *
 * @module
 */

/** A pair that could be merged next. */
export interface PairEntry {
  readonly left: number;
  readonly right: number;
  count: number;
  /** The words that have it. */
  readonly words: Set<number>;
}

/** A binary heap: the most frequent pair first, of equal ones the one with the smaller ids. */
export class MergeQueue {
  readonly #heap: PairEntry[] = [];

  push(entry: PairEntry): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBefore(entry, heap[parent])) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = entry;
  }

  pop(): PairEntry | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1], heap[child])) child++;
      if (!isBefore(heap[child], last)) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return first;
  }
}

function isBefore(a: PairEntry, b: PairEntry): boolean {
  if (a.count !== b.count) return a.count > b.count;
  return a.left !== b.left ? a.left < b.left : a.right < b.right;
}
