/**
 * The architectures of GGUF files that tunebook reads.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import type { GgufHeader } from "../../../core/gguf/read_gguf.ts";
import { didYouMean } from "../../../core/nearest.ts";
import type { GgufArchitecture } from "./architecture.ts";
import { gemma2Gguf, gemma3Gguf } from "./gemma.ts";
import { gpt2Gguf } from "./gpt2.ts";
import { llamaGguf, qwen2Gguf, qwen3Gguf } from "./llama_like.ts";

/** All of them. */
export const architectures: readonly GgufArchitecture[] = [
  gpt2Gguf,
  llamaGguf,
  qwen2Gguf,
  qwen3Gguf,
  gemma2Gguf,
  gemma3Gguf,
];

/** The architecture that a family is written as; Mistral has that of Llama. */
export function architectureFor(modelType: string): GgufArchitecture | undefined {
  const written = modelType === "mistral" ? llamaGguf.modelType : modelType;
  return architectures.find((each) => each.modelType === written);
}

/** The architecture of a file, or an error that names it and lists those that are read. */
export function architectureOf({ path, metadata }: GgufHeader): GgufArchitecture {
  const name = metadata.get("general.architecture");
  const found = architectures.find((each) => each.name === name);
  if (found) return found;
  if (typeof name !== "string") {
    throw new TunebookError("weights", `${path} lacks the key general.architecture`);
  }
  const names = architectures.map((each) => each.name);
  throw new TunebookError(
    "unsupported",
    `${path}: general.architecture is ${name}${didYouMean(name, names)}; tunebook reads ` +
      names.join(", "),
  );
}
