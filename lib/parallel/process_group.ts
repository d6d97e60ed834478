/**
 * Processes that compute one training together.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";

/** The processes, seen from one of them. All of them do the same calls in the same order. */
export interface ProcessGroup {
  /** Which process this is, from 0. The first one says, saves and deploys. */
  readonly rank: number;
  readonly size: number;
  /**
   * Adds up the numbers of all processes in place; every process gets the same bits.
   *
   * Throws an error of kind "interrupted" where the signal is aborted before all others have come, as it is
   * where one of them was lost; of kind "device" where they do not come in time.
   *
   * @param waitSeconds how long the others are waited for; as long as the group says unless given
   */
  sum(
    values: Float32Array | Float64Array,
    signal?: AbortSignal,
    waitSeconds?: number,
  ): Promise<void>;
  /** Replaces the numbers of all processes by those of one of them. Throws what `sum` throws. */
  broadcast(values: Float32Array, from: number, signal?: AbortSignal): Promise<void>;
}

/** The first process's number, in every process. */
export async function fromFirstProcess(
  group: ProcessGroup,
  value: number,
  signal?: AbortSignal,
): Promise<number> {
  const sent = Float64Array.of(group.rank === 0 ? value : 0);
  await group.sum(sent, signal);
  return sent[0];
}

/** In how many processes it is so, in every process. */
export async function countIn(
  group: ProcessGroup,
  isSo: boolean,
  signal?: AbortSignal,
): Promise<number> {
  const sent = Float64Array.of(isSo ? 1 : 0);
  await group.sum(sent, signal);
  return sent[0];
}

/** Throws an error of kind "device" in every process unless all of them have the same number. */
export async function requireSame(
  group: ProcessGroup,
  what: string,
  value: number,
  signal?: AbortSignal,
): Promise<void> {
  const values = new Float64Array(group.size);
  values[group.rank] = value;
  await group.sum(values, signal);
  if (values.every((each) => Object.is(each, values[0]))) return;
  throw new TunebookError(
    "device",
    `the processes do not have the same ${what}: ${values.join(", ")} in processes 0 to ${
      group.size - 1
    }; ` +
      "do all of them see the same files, and run the same program?",
  );
}
