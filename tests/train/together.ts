/**
 * Toy trainings of several processes.
 *
 * @module
 */
import { memoryGroup } from "../parallel/memory_group.ts";
import { runToy, type ToyResult, type ToyRunOptions } from "./toy_run.ts";

/** The same training by so many processes. */
export function together(size: number, options: ToyRunOptions): Promise<ToyResult[]> {
  return Promise.all(
    memoryGroup(size).map((processes) =>
      runToy({ ...options, context: { ...options.context, processes } })
    ),
  );
}
