/**
 * Which tasks learn next tokens.
 *
 * @module
 */
import type { Task } from "../../nn/task.ts";

/** Whether a task is to predict the next tokens of texts that the rows hold. */
// deno-lint-ignore no-explicit-any
export function isCausal({ sampledKind, withLabels }: Task<any, any, any>): boolean {
  return sampledKind === undefined && withLabels([]).signature.peftTaskType === "CAUSAL_LM";
}
