/**
 * A vocabulary of bytes as keys, with the name of the way that it cuts texts.
 *
 * @module
 */
import type { ValueToWrite } from "../../../core/gguf/write_values.ts";
import { isRecord } from "../../../core/objects.ts";
import { ggufPreTokenizers } from "../pre_tokenizers.ts";
import { refuse, type WrittenVocabulary } from "./written_vocabulary.ts";

type Json = Readonly<Record<string, unknown>>;

/** The keys behind `tokenizer.ggml.`. */
export function bytePairKeys(
  json: Json,
  { tokens, merges }: WrittenVocabulary,
): Record<string, ValueToWrite> {
  const spaced = merges.find((merge) => merge.some((token) => token.includes(" ")));
  if (spaced) throw refuse(`the merge ${JSON.stringify(spaced)} has a space`);
  const { name, addsSpace } = cutOf(json);
  return {
    model: { type: "string", value: "gpt2" },
    pre: { type: "string", value: name },
    tokens: { type: "strings", value: tokens },
    merges: { type: "strings", value: merges.map((merge) => merge.join(" ")) },
    ...(addsSpace ? { add_space_prefix: { type: "bool", value: true } } : {}),
  };
}

/** The first name that stands for the way in which texts are cut. */
function cutOf(json: Json): { name: string; addsSpace: boolean } {
  const { ignore_merges: ignoresMerges = false } = json.model as Json;
  const own = essence(json.normalizer) + essence(json.pre_tokenizer);
  for (const [name, cut] of Object.entries(ggufPreTokenizers)) {
    if (cut.ignoresMerges !== ignoresMerges) continue;
    for (const addsSpace of [false, true]) {
      if (essence(cut.normalizer) + essence(cut.preTokenizer(addsSpace)) === own) {
        return { name, addsSpace };
      }
    }
  }
  throw refuse(
    "it cuts texts in a way that has none of the names " +
      Object.keys(ggufPreTokenizers).join(", "),
  );
}

/** What of a step changes ids: not where tokens stand in a text. */
function essence(step: unknown): string {
  if (!isRecord(step)) return "";
  const steps = step.pretokenizers ?? step.normalizers;
  if (step.type === "Sequence" && Array.isArray(steps)) return steps.map(essence).join("");
  const { trim_offsets: _, ...own } = step;
  const named = Object.entries(own).sort(([a], [b]) => a < b ? -1 : 1);
  return JSON.stringify(named);
}
