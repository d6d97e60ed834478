/**
 * The vocabulary of a GGUF file: tokens with their kinds, and the ids of those with a meaning.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type GgufHeader, readGgufArray } from "../../core/gguf/read_gguf.ts";
import { shownValue } from "../../core/shown_value.ts";

/** The vocabulary. */
export interface GgufVocabulary {
  readonly header: GgufHeader;
  /** Tokens by id, as the file writes them. */
  readonly tokens: readonly string[];
  /** The kind of each token, {@link tokenKinds}; all normal where the file does not say. */
  readonly kinds: readonly number[];
  /** Ids by name: `bos`, `eos`, `eot`, `unknown`, `padding` and so on. */
  readonly ids: Readonly<Record<string, number>>;
  /** `tokenizer.ggml.<name>`, a switch. */
  flag(name: string): boolean | undefined;
}

/** `llama_token_type` of llama.cpp. */
export const tokenKinds = {
  normal: 1,
  unknown: 2,
  control: 3,
  userDefined: 4,
  unused: 5,
  byte: 6,
} as const;

/** The tokens with a meaning that tokenizer_config.json or config.json have a name for. */
const named = ["bos", "eos", "eot", "unknown", "padding", "seperator", "cls", "mask"];

/** Reads the vocabulary. Errors are of kind "weights" and name the file and the key. */
export async function readGgufVocabulary(
  header: GgufHeader,
  defaults: Readonly<Record<string, number>> = {},
): Promise<GgufVocabulary> {
  const { path, metadata } = header;
  const tokens = await readGgufArray(header, "tokenizer.ggml.tokens", "string");
  const refuse = (why: string) => new TunebookError("weights", `${path}: ${why}`);
  const seen = new Map<string, number>();
  tokens.forEach((token, id) => {
    const other = seen.get(token);
    if (other !== undefined) {
      throw refuse(`tokenizer.ggml.tokens has ${shownValue(token)} at ${other} and at ${id}`);
    }
    seen.set(token, id);
  });
  const kinds = metadata.has("tokenizer.ggml.token_type")
    ? await readGgufArray(header, "tokenizer.ggml.token_type", "number")
    : tokens.map(() => tokenKinds.normal);
  checkTokenCount(path, "token_type", kinds.length, tokens.length);
  const ids = { ...defaults };
  for (const name of named) {
    const key = `tokenizer.ggml.${name}_token_id`;
    const id = metadata.get(key);
    if (id === undefined) continue;
    if (typeof id !== "number" || !Number.isInteger(id) || id < 0 || id >= tokens.length) {
      throw refuse(`${key} is ${id}, but there are ${tokens.length} tokens`);
    }
    ids[name] = id;
  }
  return {
    header,
    tokens,
    kinds,
    ids,
    flag(name) {
      const value = metadata.get(`tokenizer.ggml.${name}`);
      if (value === undefined || typeof value === "boolean") return value;
      throw refuse(`tokenizer.ggml.${name} is ${value}; it must be true or false`);
    },
  };
}

/** A list with one value for each token, or an error. */
export function checkTokenCount(path: string, name: string, length: number, tokens: number): void {
  if (length === tokens) return;
  throw new TunebookError(
    "weights",
    `${path}: tokenizer.ggml.${name} has ${length} values for ${tokens} tokens`,
  );
}
