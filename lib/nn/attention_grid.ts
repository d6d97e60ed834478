/**
 * Attention over sequences that share tokens: queries, keys and values of each token are made once, and stand in a grid
 * with a row for each sequence while they attend.
 *
 * @module
 */
import { type InputSpec, ops, type Tensor, tf } from "../engine/mod.ts";
import type { AttentionCall } from "./attention_call.ts";
import { packedInputs } from "./batch_inputs.ts";

/** Where the tokens of a batch stand while they attend. */
export interface AttentionGrid extends ops.GridRows {
  /** 1 where a cell has a token, else 0, [sequences, longest] int32. */
  readonly mask: Tensor;
}

/** The inputs of a batch whose sequences share tokens: `data/shared_prompts.ts` fills them. */
export function gridInputs(batch: Readonly<Record<string, InputSpec>>): Record<string, InputSpec> {
  const int32 = { role: "feed", type: "int32" } as const;
  const grid: InputSpec = { ...int32, shape: ["batch", "longest"] };
  const tokens: InputSpec = { ...int32, shape: ["rows", "sequence"] };
  return {
    ...packedInputs(batch),
    grid_rows: grid,
    grid_mask: grid,
    grid_read: grid,
    shared_cells: { ...int32, shape: ["shared", "members"] },
    token_cells: tokens,
    token_sums: tokens,
  };
}

/** The grid out of a program's inputs. */
export function gridOf(inputs: Readonly<Record<string, Tensor>>): AttentionGrid {
  return {
    rows: inputs.grid_rows,
    mask: inputs.grid_mask,
    isRead: inputs.grid_read,
    cells: inputs.token_cells,
    sharedCells: inputs.shared_cells,
    sums: inputs.token_sums,
  };
}

/** Attends in the grid: all tokens ask, each sees the tokens before it in its own sequence. */
export function attendInGrid(
  call: AttentionCall,
  grid: AttentionGrid,
  attend: (call: AttentionCall) => Tensor,
): Tensor {
  const { query, key, value, queryMask: _, ...others } = call;
  const { mask } = grid;
  const spread = (x: Tensor) => ops.spreadRows(x, grid);
  const places = tf.cumsum(tf.onesLike(mask), 1, true);
  const mixed = attend({
    ...others,
    query: spread(query),
    key: spread(key),
    value: spread(value),
    mask,
    queryMask: undefined,
    positions: { keys: places, queries: places },
  });
  return ops.collectRows(mixed, grid);
}
