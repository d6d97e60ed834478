/**
 * Batches of answers to prompts in which each prompt stands once: all layers but the attention then compute its tokens
 * once for all of its answers, and no padding.
 *
 * @module
 */
import type { HostTensor } from "../engine/mod.ts";
import type { BatchLayout, SharedBeginning } from "../text/batch_layout.ts";

/** A prompt with its answers. */
export interface PromptGroup {
  /** Tokens of the prompt. */
  readonly prompt: number;
  /** Tokens of each answer. */
  readonly answers: readonly number[];
}

/**
 * One row with the tokens of all prompts but the last one of each, and behind them for each answer the prompt's last token
 * and the answer's without its last one: the positions that answers are read at are every answer's own, and nothing
 * reads the position of the last token. `starts` are where an answer's prompt would start if it stood right before
 * it, so that the place of each of its tokens is where it is in every other layout.
 *
 * @param groups every prompt has as many answers
 */
export function sharedPromptLayout(groups: readonly PromptGroup[]): BatchLayout {
  const shared: SharedBeginning[] = [];
  let at = 0;
  let member = 0;
  for (const { prompt, answers } of groups) {
    const members = answers.map(() => member++);
    shared.push({ start: at, tokens: prompt - 1, members, lengths: answers });
    at += prompt - 1;
  }
  const starts = new Int32Array(member);
  for (const { tokens, members, lengths } of shared) {
    members.forEach((each, i) => {
      starts[each] = at - tokens;
      at += lengths[i];
    });
  }
  return { rows: 1, length: at, starts, shared };
}

/** The share of a batch's tokens that need not be computed; `groups` with the most tokens that answers may have. */
export function sharedPromptSaving(groups: readonly PromptGroup[]): number {
  let padded = 0;
  let computed = 0;
  for (const { prompt, answers } of groups) {
    computed += prompt - 1;
    for (const answer of answers) {
      padded += prompt + answer;
      computed += answer;
    }
  }
  return padded === 0 ? 0 : 1 - computed / padded;
}

/**
 * The feeds of such a batch, int32. Beside those of a packed row (`packingFeeds`), in which a shared token has the number of
 * its first sequence, those of a grid with a row for each sequence, in which the attention is computed:
 *
 * - `grid_rows` [sequences, longest]: the token of each cell;
 * - `grid_mask` [sequences, longest]: 1 where the cell has one;
 * - `grid_read` [sequences, longest]: 1 where the cell's result is the token's, of shared ones in the first sequence;
 * - `token_cells` [1, tokens]: the cell of each token whose result is read;
 * - `shared_cells` [shared, members]: the cells of each shared token;
 * - `token_sums` [1, tokens]: the number of each shared token, of others that of their cell behind these numbers.
 *
 * @param sequences ids of each, prompt and answer
 */
export function sharedPromptFeeds(
  sequences: readonly Int32Array[],
  { length, starts, shared = [] }: BatchLayout,
): Record<string, HostTensor> {
  const whole = shared.flatMap(({ tokens, lengths }) => lengths.map((each) => tokens + each));
  const longest = Math.max(...whole);
  const grid = [sequences.length, longest];
  const [ids, numbers, positions, cells, sums] = Array.from(
    { length: 5 },
    () => new Int32Array(length),
  );
  const [rows, mask, read] = Array.from(
    { length: 3 },
    () => new Int32Array(sequences.length * longest),
  );
  const sharedCells: number[] = [];
  const copies = shared[0].members.length;
  // The runtime reshapes nothing that is empty: where nothing is shared, a sum is made that no token reads.
  const count = Math.max(1, shared.reduce((sum, { tokens }) => sum + tokens, 0));
  const firsts = new Int32Array(sequences.length);
  const put = (at: number, member: number, position: number) => {
    ids[at] = sequences[member][position];
    numbers[at] = member + 1;
    positions[at] = position;
  };
  for (const { start, tokens, members, lengths } of shared) {
    for (let token = 0; token < tokens; token++) {
      const at = start + token;
      put(at, members[0], token);
      cells[at] = members[0] * longest + token;
      sums[at] = sharedCells.length / copies;
      members.forEach((member, i) => {
        const cell = member * longest + token;
        sharedCells.push(cell);
        [rows[cell], mask[cell], read[cell]] = [at, 1, i === 0 ? 1 : 0];
      });
    }
    members.forEach((member, i) => {
      firsts[member] = starts[member] + tokens;
      for (let token = tokens; token < tokens + lengths[i]; token++) {
        const at = starts[member] + token;
        const cell = member * longest + token;
        put(at, member, token);
        cells[at] = cell;
        sums[at] = count + cell;
        [rows[cell], mask[cell], read[cell]] = [at, 1, 1];
      }
    });
  }
  const inRow = (data: Int32Array<ArrayBuffer>) => ({ shape: [1, length], data });
  return {
    input_ids: inRow(ids),
    attention_mask: inRow(numbers),
    position_ids: inRow(positions),
    first_tokens: { shape: [1, sequences.length], data: firsts },
    example_slots: {
      shape: [sequences.length],
      data: Int32Array.from(sequences.keys()),
    },
    grid_rows: { shape: grid, data: rows },
    grid_mask: { shape: grid, data: mask },
    grid_read: { shape: grid, data: read },
    token_cells: inRow(cells),
    shared_cells: { shape: [count, copies], data: cellsOf(sharedCells, count * copies) },
    token_sums: inRow(sums),
  };
}

function cellsOf(cells: readonly number[], size: number): Int32Array<ArrayBuffer> {
  const all = new Int32Array(size);
  all.set(cells);
  return all;
}
