/**
 * How large the head in a PEFT folder is.
 *
 * @module
 */
import type { Family, ModelConfig } from "../../nn/family.ts";
import { classifierOf, headOf } from "../../nn/task_head.ts";
import { promptModelPrefix } from "../parts/virtual_tokens.ts";
import { type PeftHeader, peftPrefix } from "./files.ts";

/** How many numbers the family's head of that name gives in a PEFT folder; undefined where it holds none. */
export function headOutputs(
  { tensors }: Pick<PeftHeader, "tensors">,
  head: string,
  family: Pick<Family, "modelType" | "heads" | "input">,
  config: ModelConfig,
): number | undefined {
  const classifier = classifierOf(headOf(family, head), config);
  if (classifier === undefined) return undefined;
  const { path, others } = classifier;
  const rows = [peftPrefix, promptModelPrefix]
    .map((prefix) => tensors.get(`${prefix}.${path}`)?.shape[0])
    .find((each) => each !== undefined);
  return rows === undefined ? undefined : rows - others;
}
