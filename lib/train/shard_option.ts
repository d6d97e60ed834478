/**
 * Frozen weights that processes share: what is asked for.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import { isRecord } from "../core/objects.ts";
import { didYouMean } from "../core/nearest.ts";
import { positive, type Rule } from "../core/option_rules.ts";
import type { ProcessGroup } from "../parallel/process_group.ts";

/** How processes that were launched together share the frozen weights (docs/processes.md). */
export interface FrozenShardOptions {
  /**
   * The most megabytes (10⁶ bytes, float32) of frozen weights that a process gathers at once, beside its share. At
   * least the model's largest tensor, mostly its word table.
   */
  readonly megabytes: number;
}

/** What the option must be. */
export const shardRule: Rule = [
  "{ megabytes } with a number above 0, such as { megabytes: 256 }",
  (value) =>
    isRecord(value) && Object.keys(value).join() === "megabytes" && positive[1](value.megabytes),
  (value) => {
    const unknown = isRecord(value)
      ? Object.keys(value).filter((name) => name !== "megabytes")
      : [];
    return unknown.map((name) => `: there is no ${name}${didYouMean(name, ["megabytes"])}`).join();
  },
];

/** Refuses the option in a process that is alone. */
export function requireProcesses(
  { shard }: { readonly shard?: FrozenShardOptions | undefined },
  processes: ProcessGroup | undefined,
): void {
  if (!shard || processes) return;
  throw new TunebookError(
    "input",
    "shard deals the frozen weights out to several processes, but this one is alone: launch it with mpirun -n 2 or " +
      `more, or leave shard out and run with offload: { megabytes: ${shard.megabytes} } (--offload-megabytes), ` +
      "which reads them from their files",
  );
}
