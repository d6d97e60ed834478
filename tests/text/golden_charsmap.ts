/**
 * SentencePiece's character map of XLM-R, which the golden tokenizers leave out for its size.
 *
 * @module
 */
import { join } from "node:path";

const file = await Deno.open(
  join(import.meta.dirname!, "..", "golden", "nmt_nfkc.charsmap.gz"),
);
const plain = file.readable.pipeThrough(new DecompressionStream("gzip"));
const charsmap = new Uint8Array(await new Response(plain).arrayBuffer()).toBase64();

/** A copy of a tokenizer.json, or of a part of it, with the character map where it is left out. */
export function withCharsmap<T>(json: T): T {
  return JSON.parse(
    JSON.stringify(json),
    (key, value) => key === "precompiled_charsmap" && value === null ? charsmap : value,
  );
}
