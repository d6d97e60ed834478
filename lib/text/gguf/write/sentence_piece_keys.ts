/**
 * A vocabulary of SentencePiece as keys: a score for each token in the place of merges.
 *
 * @module
 */
import type { ValueToWrite } from "../../../core/gguf/write_values.ts";
import { isRecord } from "../../../core/objects.ts";
import { impliedMerges } from "../merges.ts";
import { refuse, type WrittenVocabulary } from "./written_vocabulary.ts";

type Json = Readonly<Record<string, unknown>>;

/**
 * The keys behind `tokenizer.ggml.`. llama.cpp joins the two tokens whose result has the best score, so
 * that the scores must imply the merges.
 */
export function sentencePieceKeys(
  json: Json,
  { tokens, merges }: WrittenVocabulary,
  { isGemma }: { readonly isGemma: boolean },
): Record<string, ValueToWrite> {
  const scores = scoresOf(tokens, merges);
  const orders = [scores, ...(isGemma ? [tokens.map((_, id) => -id)] : [])];
  const own = listed(merges);
  if (orders.some((order) => listed(impliedMerges(tokens, order)) !== own)) {
    throw refuse(
      "its merges are not those that scores of its tokens give, which SentencePiece goes by",
    );
  }
  const addsSpace = putsSpace(json);
  if (isGemma && addsSpace) throw refuse("it puts a space before texts, and Gemma's does not");
  return {
    model: { type: "string", value: "llama" },
    pre: { type: "string", value: "default" },
    tokens: { type: "strings", value: isGemma ? tokens.map(asSpaces) : tokens },
    scores: { type: "float32s", value: scores },
    add_space_prefix: { type: "bool", value: addsSpace },
  };
}

const listed = (merges: readonly (readonly string[])[]) => JSON.stringify(merges);

/** Tokens of several spaces stand as such in Gemma's files. */
function asSpaces(token: string): string {
  return /^▁{2,}$/.test(token) ? " ".repeat(token.length) : token;
}

/** 0 for tokens that no merge makes, and −1, −2 … in the order in which merges make the others. */
function scoresOf(
  tokens: readonly string[],
  merges: WrittenVocabulary["merges"],
): Float32Array<ArrayBuffer> {
  const ids = new Map(tokens.map((token, id) => [token, id]));
  const scores = new Float32Array(tokens.length);
  let last = 0;
  for (const merge of merges) {
    const id = ids.get(merge.join(""));
    if (id === undefined) throw refuse(`the merge ${JSON.stringify(merge)} makes no token`);
    if (scores[id] === 0) scores[id] = --last;
  }
  return scores;
}

/** Whether a space comes before texts. */
function putsSpace({ normalizer, pre_tokenizer: cut }: Json): boolean {
  const steps = isRecord(normalizer) && Array.isArray(normalizer.normalizers)
    ? normalizer.normalizers
    : [normalizer];
  const known = steps.filter((step) => isRecord(step)).map(
    ({ type, prepend, pattern, content }) => {
      if (type === "Prepend" && prepend === "▁") return "space";
      const isMark = isRecord(pattern) && pattern.String === " " && content === "▁";
      return type === "Replace" && isMark ? "mark" : "other";
    },
  );
  if (known.includes("other")) throw refuse("its normalizer does more than to mark spaces");
  if (!isRecord(cut)) return known.includes("space");
  if (cut.type !== "Metaspace" || cut.split === true || cut.replacement !== "▁") {
    throw refuse("it cuts texts before it looks for merges");
  }
  return cut.prepend_scheme !== "never";
}
