/**
 * The vocabulary of tokenizer.json as GGUF files hold it: a list of tokens with their kinds.
 *
 * @module
 */
import { TunebookError } from "../../../core/errors.ts";
import { isRecord } from "../../../core/objects.ts";
import { shownValue } from "../../../core/shown_value.ts";
import { tokenKinds } from "../vocabulary_keys.ts";

type Json = Readonly<Record<string, unknown>>;

/** The vocabulary. */
export interface WrittenVocabulary {
  /** By id. */
  readonly tokens: readonly string[];
  /** {@link tokenKinds} of each. */
  readonly kinds: readonly number[];
  /** Pairs of tokens, the most usual first. */
  readonly merges: readonly (readonly [string, string])[];
  /** Whether it is of bytes, as GPT-2's is, and not of pieces, as SentencePiece's. */
  readonly isOfBytes: boolean;
}

/** An error of kind "unsupported". */
export function refuse(why: string): TunebookError {
  return new TunebookError(
    "unsupported",
    `a GGUF file cannot hold this tokenizer: ${why}; deploy it with merged(folder) or onnx(folder)`,
  );
}

/** What llama.cpp's converter calls ids without a token. */
const unusedToken = (id: number) => `[PAD${id}]`;

/** Reads it. Throws what {@link refuse} makes for what is no vocabulary of byte pairs. */
export function readWrittenVocabulary(
  json: Json,
  { vocabSize, unknownId }: { readonly vocabSize: number; readonly unknownId?: number | undefined },
): WrittenVocabulary {
  const { model } = json;
  if (!isRecord(model) || model.type !== "BPE" || !isRecord(model.vocab)) {
    throw refuse(
      `its model is ${
        shownValue(isRecord(model) ? model.type : model)
      }, and GGUF has keys for BPE ` +
        "vocabularies of bytes and of SentencePiece",
    );
  }
  for (const field of ["continuing_subword_prefix", "end_of_word_suffix"]) {
    if (model[field]) throw refuse(`it has the ${field} ${shownValue(model[field])}`);
  }
  const isOfBytes = /"type":"ByteLevel"/.test(JSON.stringify(json.pre_tokenizer ?? null));
  if (!isOfBytes && model.byte_fallback !== true) {
    throw refuse("it is neither of bytes nor falls back to bytes");
  }
  const tokens: string[] = Array.from({ length: vocabSize }, (_, id) => unusedToken(id));
  const kinds: number[] = tokens.map(() => tokenKinds.unused);
  const set = (token: string, id: number, kind: number) => {
    if (id >= vocabSize) throw refuse(`the token ${shownValue(token)} has no row in the model`);
    [tokens[id], kinds[id]] = [token, kind];
  };
  for (const [token, id] of Object.entries(model.vocab as Record<string, number>)) {
    const isByte = !isOfBytes && /^<0x[0-9A-F]{2}>$/.test(token);
    set(token, id, isByte ? tokenKinds.byte : tokenKinds.normal);
  }
  for (const added of (json.added_tokens ?? []) as Record<string, unknown>[]) {
    const { id, content, special } = added as { id: number; content: string; special: boolean };
    const odd = ["lstrip", "rstrip", "single_word"].find((field) => added[field] === true);
    if (odd) throw refuse(`the token ${shownValue(content)} has ${odd}`);
    const isUnknown = id === unknownId && !isOfBytes;
    set(
      content,
      id,
      isUnknown ? tokenKinds.unknown : special ? tokenKinds.control : tokenKinds.userDefined,
    );
  }
  return { tokens, kinds, isOfBytes, merges: mergesOf(model.merges) };
}

function mergesOf(merges: unknown): [string, string][] {
  return (merges as readonly (string | [string, string])[]).map((merge) => {
    if (typeof merge !== "string") return merge;
    const at = merge.indexOf(" ", 1);
    return [merge.slice(0, at), merge.slice(at + 1)];
  });
}
