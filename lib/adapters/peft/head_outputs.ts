/**
 * How large the head in a PEFT folder is.
 *
 * @module
 */
import type { Family, ModelConfig } from "../../nn/family.ts";
import { headOf } from "../../nn/task_head.ts";
import { promptModelPrefix } from "../parts/virtual_tokens.ts";
import { type PeftFiles, peftPrefix } from "./files.ts";

/** How many numbers the family's head of that name gives in a PEFT folder; undefined where it holds none. */
export function headOutputs(
  { tensors }: Pick<PeftFiles, "tensors">,
  head: string,
  family: Pick<Family, "modelType" | "heads">,
  config: ModelConfig,
): number | undefined {
  const last = headOf(family, head).layers(config, 1).at(-1)?.path;
  if (last === undefined) return undefined;
  const found = [peftPrefix, promptModelPrefix].map((prefix) =>
    tensors.get(`${prefix}.${last}.weight`)?.shape[0]
  );
  return found.find((each) => each !== undefined);
}
