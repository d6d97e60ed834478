/**
 * The merges of a vocabulary: the file's own, or those that its tokens imply.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { type GgufHeader, readGgufArray } from "../../core/gguf/read_gguf.ts";
import { shownValue } from "../../core/shown_value.ts";

const key = "tokenizer.ggml.merges";

/** Whether the file lists merges. */
export function hasMerges({ metadata }: GgufHeader): boolean {
  return metadata.has(key);
}

/** The file's merges, each a pair of tokens. */
export async function readMerges(header: GgufHeader): Promise<[string, string][]> {
  const merges = await readGgufArray(header, key, "string");
  return merges.map((merge, i) => {
    // A token is at least one character long, so that a space in front is one.
    const at = merge.indexOf(" ", 1);
    if (at > 0 && at < merge.length - 1) return [merge.slice(0, at), merge.slice(at + 1)];
    throw new TunebookError(
      "weights",
      `${header.path}: ${key} has ${shownValue(merge)} as merge ${i + 1}; it must be two tokens`,
    );
  });
}

interface Merge {
  readonly first: string;
  readonly second: string;
  readonly score: number;
  /** Lengths in characters. */
  readonly lengths: readonly [number, number];
}

/**
 * The merges of a SentencePiece vocabulary, which has none: every token comes from each pair of
 * tokens that make it, those of the best score first, as transformers derives them
 * (`generate_merges`).
 *
 * @param scores of each token
 */
export function impliedMerges(
  tokens: readonly string[],
  scores: ArrayLike<number>,
): [string, string][] {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const merges: Merge[] = [];
  tokens.forEach((token, id) => {
    const own: (Merge & { readonly ids: readonly [number, number] })[] = [];
    const characters = Array.from(token);
    let cut = 0;
    for (let i = 1; i < characters.length; i++) {
      cut += characters[i - 1].length;
      const [first, second] = [token.slice(0, cut), token.slice(cut)];
      const [a, b] = [ids.get(first), ids.get(second)];
      if (a === undefined || b === undefined) continue;
      const lengths = [i, characters.length - i] as const;
      own.push({ first, second, score: scores[id], lengths, ids: [a, b] });
    }
    own.sort((x, y) => x.ids[0] - y.ids[0] || x.ids[1] - y.ids[1]);
    merges.push(...own);
  });
  return merges
    .sort((x, y) => y.score - x.score || y.lengths[0] - x.lengths[0] || y.lengths[1] - x.lengths[1])
    .map(({ first, second }) => [first, second]);
}
