/**
 * The architectures of GGUF files that tunebook reads.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import type { GgufHeader } from "../../../core/gguf/read_gguf.ts";
import { didYouMean } from "../../../core/nearest.ts";
import type { GgufArchitecture } from "./architecture.ts";
import { gemma2, gemma3 } from "./gemma.ts";
import { gpt2 } from "./gpt2.ts";
import { llama, qwen2, qwen3 } from "./llama_like.ts";

/** All of them. */
export const architectures: readonly GgufArchitecture[] = [
  gpt2,
  llama,
  qwen2,
  qwen3,
  gemma2,
  gemma3,
];

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
