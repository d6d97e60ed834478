/**
 * Which texts a reader's tokenizer cuts otherwise than the training did.
 *
 * @module
 */
import { trainedTokenizer } from "./reader_files.ts";
import type { Model } from "../nn/model.ts";
import type { Processor } from "../nn/processor.ts";
import { oddTexts } from "../text/odd_texts.ts";
import type { ReaderPipeline } from "../text/transformers_js.ts";

/** What was found. */
export interface OtherTokens {
  /** What texts that it reads otherwise have in them, such as "emoji". */
  readonly kinds: readonly string[];
  /** How many texts of held-out rows it reads otherwise, of those that were compared. */
  readonly heldOut: number;
  readonly compared: number;
}

/** Texts of held-out rows that are compared; they cost no run of the model. */
const mostTexts = 500;

/**
 * Compares the tokens of odd texts and of held-out ones; undefined where all are the same. Answers to texts
 * that are read otherwise may differ without any other sign of it.
 */
export function otherTokens(
  reader: Pick<ReaderPipeline, "tokenIds">,
  model: Pick<Model, "family" | "headRequest">,
  processor: Processor,
  inputs: readonly unknown[],
): OtherTokens | undefined {
  if (processor.input !== "text") return undefined;
  const tokenizer = trainedTokenizer(processor, model);
  const isOther = (text: string) => {
    const own = tokenizer.encode(text).ids;
    const theirs = reader.tokenIds(text);
    return theirs === undefined || own.length !== theirs.length ||
      theirs.some((id, at) => id !== own[at]);
  };
  const kinds = Object.entries(oddTexts).filter(([, texts]) => texts.some(isOther))
    .map(([kind]) => kind);
  const texts = [...new Set(inputs.flatMap(textsIn))].slice(0, mostTexts);
  const heldOut = texts.filter(isOther).length;
  return kinds.length === 0 && heldOut === 0
    ? undefined
    : { kinds, heldOut, compared: texts.length };
}

/** The same in a sentence. */
export function otherTokensInWords({ kinds, heldOut, compared }: OtherTokens): string {
  const rows = heldOut > 0 ? [`${heldOut} of ${compared} held-out texts`] : [];
  const odd = kinds.length > 0 ? [`texts with ${kinds.join(", ")}`] : [];
  return `transformers.js cuts ${[...rows, ...odd].join(" and ")} into other tokens than the ` +
    "training did; its answers to such texts may differ from predict's";
}

/** Every text in an input: itself, both of a pair, a question and its context, words. */
function textsIn(input: unknown): string[] {
  if (typeof input === "string") return [input];
  return typeof input === "object" && input !== null ? Object.values(input).flatMap(textsIn) : [];
}
