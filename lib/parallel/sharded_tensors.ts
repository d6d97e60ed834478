/**
 * Tensors of which each process holds a share, and which all of them can have.
 *
 * As the sharded parameters of ZeRO-3 (Rajbhandari et al., arXiv 1910.02054) and PyTorch FSDP (Zhao et al., arXiv
 * 2304.11277), but whole tensors are dealt, and processes need not ask at the same place of their program: before each
 * call they tell each other what they have come for. One that waits for a sum, or is at its end, gives the others what
 * they ask for, so that none waits for ever where they have unlike numbers of batches, or the first one alone goes on.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { freeGiven, giveAway } from "../core/given_away.ts";
import { inTurns } from "../core/in_turns.ts";
import type { ProcessGroup } from "./process_group.ts";

/** A tensor, the same in all processes. */
export interface ShardedTensor {
  /** How many float32 numbers it has. */
  readonly size: number;
  /** The process that holds it. */
  readonly owner: number;
}

/** What a process has come for: a tensor by its number from 1, or one of these. */
const [meeting, leaving] = [0, -1];

/**
 * The processes, with the tensors that they share. While it is used nothing is asked of the group inside, which would
 * not be understood by processes that come for a tensor.
 */
export class ShardedTensors implements ProcessGroup {
  readonly rank: number;
  readonly size: number;
  readonly #group: ProcessGroup;
  readonly #inTurn = inTurns();
  #tensors: readonly ShardedTensor[] = [];
  #own = new Map<number, Float32Array>();
  #isOver = false;

  constructor(group: ProcessGroup) {
    this.#group = group;
    this.rank = group.rank;
    this.size = group.size;
  }

  /** True from where all processes have left: each is alone from then on, and holds nothing. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /**
   * Says which tensors there are, and which of them are here.
   *
   * @param own the numbers of those whose owner this process is, by their place in the list
   */
  hold(tensors: readonly ShardedTensor[], own: ReadonlyMap<number, Float32Array>): void {
    this.#tensors = tensors;
    this.#own = new Map(own);
  }

  /**
   * The numbers of a tensor. Those that came from another process are given away; those that are held here are the
   * only ones, and must not be changed. Throws what `sum` throws.
   */
  gather(at: number, signal?: AbortSignal): Promise<Float32Array> {
    return this.#inTurn(async () => {
      const { found } = await this.#round(at + 1, signal);
      return found!;
    });
  }

  sum(
    values: Float32Array | Float64Array,
    signal?: AbortSignal,
    waitSeconds?: number,
  ): Promise<void> {
    return this.#inTurn(async () => {
      await this.#allAt(meeting, signal, waitSeconds);
      await this.#group.sum(values, signal, waitSeconds);
    });
  }

  broadcast(values: Float32Array, from: number, signal?: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      await this.#allAt(meeting, signal);
      await this.#group.broadcast(values, from, signal);
    });
  }

  /** Gives the others what they ask for until all have left, however long they take; then frees the share. */
  leave(signal?: AbortSignal): Promise<void> {
    return this.#inTurn(async () => {
      await this.#allAt(leaving, signal, Infinity);
      this.#isOver = true;
      this.#own.clear();
    });
  }

  /** Gives others what they ask for until all have come for the same. */
  async #allAt(place: number, signal?: AbortSignal, waitSeconds?: number): Promise<void> {
    for (;;) {
      const { wanted } = await this.#round(place, signal, waitSeconds);
      if (wanted.every((each) => each === place)) return;
      if (wanted.some((each) => each > 0)) continue;
      const gone = wanted.flatMap((each, rank) => each === leaving ? [rank] : []);
      throw new TunebookError(
        "device",
        `process ${
          gone.join(", ")
        } of ${this.size} has come to the end of its run, and others wait for it in ` +
          "theirs; do all of them run the same program?",
      );
    }
  }

  /** Tells the others what this process has come for, and passes on what is asked for. */
  async #round(place: number, signal?: AbortSignal, waitSeconds?: number) {
    const sent = new Float64Array(this.size);
    sent[this.rank] = place;
    await this.#group.sum(sent, signal, waitSeconds);
    const wanted = Array.from(sent);
    let found: Float32Array | undefined;
    // Mostly one: processes with the same program come for the same.
    for (const each of new Set(wanted.filter((each) => each > 0).sort((a, b) => a - b))) {
      const { size, owner } = this.#tensors[each - 1];
      const isOwn = owner === this.rank;
      const numbers = isOwn ? this.#own.get(each - 1)! : giveAway(new Float32Array(size));
      await this.#group.broadcast(numbers, owner, signal);
      if (each === place) found = numbers;
      else if (!isOwn) freeGiven(numbers);
    }
    return { wanted, found };
  }
}

/** Deals tensors out: the largest first, each to the process that has least, the same in every process. */
export function dealtTensors(sizes: readonly number[], processes: number): ShardedTensor[] {
  const held = new Array<number>(processes).fill(0);
  const owners = new Map<number, number>();
  const order = sizes.map((_, at) => at).sort((a, b) => sizes[b] - sizes[a] || a - b);
  for (const at of order) {
    const owner = held.indexOf(Math.min(...held));
    held[owner] += sizes[at];
    owners.set(at, owner);
  }
  return sizes.map((size, at) => ({ size, owner: owners.get(at)! }));
}
