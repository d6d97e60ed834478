/**
 * Which of several processes this one is, as what launched it says.
 *
 * @module
 */
import { TunebookError } from "./errors.ts";

/** A process among those that were launched together. */
export interface Launched {
  /** What launched them. */
  readonly launcher: "mpirun" | "srun" | "torchrun";
  /** Which of them this is, from 0. */
  readonly rank: number;
  /** How many there are. */
  readonly size: number;
  /** How many of them share this machine. */
  readonly localSize: number;
}

/** Variables of a launcher: rank, size, and processes on this machine. */
const variables: readonly [Launched["launcher"], rank: string, size: string, localSize: string][] =
  [
    ["mpirun", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE", "OMPI_COMM_WORLD_LOCAL_SIZE"],
    // A batch script alone has SLURM_NTASKS; only a step that srun has launched has these.
    ["srun", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_STEP_TASKS_PER_NODE"],
    ["torchrun", "RANK", "WORLD_SIZE", "LOCAL_WORLD_SIZE"],
  ];

/**
 * Reads the variables of Open MPI's `mpirun`, of Slurm's `srun` and of `torchrun`. Undefined where this process was
 * launched by itself.
 *
 * @throws TunebookError of kind "input" where the variables contradict each other
 *
 * @example
 * ```ts
 * import { launched } from "./launched.ts";
 * import assert from "node:assert/strict";
 *
 * const environment = new Map([["RANK", "1"], ["WORLD_SIZE", "4"], ["LOCAL_WORLD_SIZE", "2"]]);
 * const found = launched((name) => environment.get(name));
 * assert.deepEqual(found, { launcher: "torchrun", rank: 1, size: 4, localSize: 2 });
 * assert.equal(launched(() => undefined), undefined);
 * ```
 */
export function launched(
  read: (name: string) => string | undefined = readVariable,
): Launched | undefined {
  for (const [launcher, ofRank, ofSize, ofLocalSize] of variables) {
    const [rankText, sizeText] = [read(ofRank), read(ofSize)];
    if (!rankText || !sizeText) continue;
    const [rank, size] = [Number(rankText), Number(sizeText)];
    if (
      !Number.isSafeInteger(size) || size < 1 || !Number.isSafeInteger(rank) ||
      !(rank >= 0 && rank < size)
    ) {
      throw new TunebookError(
        "input",
        `${launcher} says that this is process ${rankText} of ${sizeText} (${ofRank}, ${ofSize}), which makes no sense`,
      );
    }
    if (size === 1) return undefined;
    // Slurm writes "2(x3),1": two on each of three machines, one on the fourth.
    const localSize = Number.parseInt(read(ofLocalSize) ?? "", 10);
    return { launcher, rank, size, localSize: localSize > 0 ? Math.min(localSize, size) : 1 };
  }
  return undefined;
}

/** Asks nobody for permission: a program that may not read it is taken as launched by itself. */
function readVariable(name: string): string | undefined {
  const { state } = Deno.permissions.querySync({ name: "env", variable: name });
  return state === "granted" ? Deno.env.get(name) : undefined;
}
