/**
 * How transformers.js asks for the tags of a text's tokens.
 *
 * @module
 */
import {
  type AnswerDifference,
  type ExpectedAnswer,
  largestOutput,
  type ReaderContract,
} from "../../nn/reader_contract.ts";
import { softmax } from "./logits.ts";
import type { WordsInput } from "./labelled_words.ts";
import type { TokenClassificationOptions } from "./options.ts";
import type { TaggedText } from "./tag_answers.ts";
import { readTextRows } from "./tagged_rows.ts";

/** A token as the pipeline gives it. */
interface FoundToken {
  readonly entity: string;
  readonly score: number;
  readonly index: number;
}

/** `token-classification`, every token with its tag and its score. */
export function tagReader(
  options: TokenClassificationOptions,
  labels: readonly string[],
): ReaderContract<WordsInput, TaggedText> {
  return {
    pipeline: "token-classification",
    // Its pipeline takes texts: words are read with a space between them.
    inputsOf: (table) =>
      readTextRows(table, options, "the held-out rows").rows
        .map(({ text }) => text),
    joined: (inputs) => [inputs.join(" ")],
    longInputs: () => false,
    limit: ({ hasLongRows }) =>
      hasLongRows
        ? "transformers.js' pipeline tags only the beginning of a text that is longer than the model " +
          "takes; predict reads it in windows. Give the pipeline a sentence or a paragraph at a time"
        : undefined,
    request: () => ({ kind: "tags" }),
    ask: async (reader, inputs) =>
      await reader.ask(inputs, { ignore_labels: [] }) as FoundToken[][],
    compare: (found, expected) => compareTags(found as FoundToken[], expected, labels),
    sizeOf: ({ outputs }) => Math.max(1, largestOutput(outputs)),
  };
}

function compareTags(
  found: readonly FoundToken[],
  { outputs: [logits], answer }: ExpectedAnswer<WordsInput, TaggedText>,
  labels: readonly string[],
): AnswerDifference {
  const tokens = logits.length / labels.length;
  let largest = 0;
  for (const { entity, score, index } of found) {
    const label = labels.indexOf(entity);
    if (label < 0 || index >= tokens) {
      const problem = label < 0
        ? `it gives the tag ${JSON.stringify(entity)}, which was not trained`
        : `it makes ${index + 1} tokens or more of a text that has ${tokens}`;
      return { difference: Infinity, problem };
    }
    const own = logits.subarray(index * labels.length, (index + 1) * labels.length);
    const probabilities = softmax(own);
    // The tag's own score, and how much likelier another one is.
    const differences = [
      Math.abs(score - probabilities[label]),
      Math.max(...probabilities) - probabilities[label],
    ];
    largest = Math.max(largest, ...differences.map((each) => Number.isNaN(each) ? Infinity : each));
  }
  const words = answer.words.some(({ tag }) => tag !== null);
  return words && found.length === 0
    ? { difference: Infinity, problem: "it gives no token of a text that has some" }
    : { difference: largest };
}
