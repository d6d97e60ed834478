/**
 * How transformers.js asks for the labels of texts.
 *
 * @module
 */
import type { LabelKind } from "../../data/labels.ts";
import {
  type ExpectedAnswer,
  largestOutput,
  type ReaderContract,
} from "../../nn/reader_contract.ts";
import type { Processor } from "../../nn/processor.ts";
import { columnValues } from "../../table/columns.ts";
import type { ReaderPipeline } from "../../text/transformers_js.ts";
import { predictionsOf } from "../shared/class_predictions.ts";
import { compareScores, distance, type ScoredLabel } from "../shared/compare_scores.ts";
import type { TextInput } from "./labelled_texts.ts";
import type { Prediction } from "./prediction.ts";

/** What the contract depends on. */
export interface LabelReaderOptions {
  readonly text: string;
  readonly pair: string | undefined;
  readonly kind: LabelKind;
  readonly labels: readonly string[];
}

/**
 * `text-classification`, every label with its score. Its pipeline takes no pairs, which its tokenizer
 * and its model do, and makes 1 of every number of a regression, which `feature-extraction` gives as it
 * is.
 */
export function labelReader(
  { text, pair, kind, labels }: LabelReaderOptions,
): ReaderContract<TextInput, Prediction> {
  return {
    pipeline: kind === "regression" ? "feature-extraction" : "text-classification",
    inputsOf(table) {
      const texts = columnValues(table, text).map(String);
      if (pair === undefined) return texts;
      const pairs = columnValues(table, pair).map(String);
      return texts.map((first, row): TextInput => [first, pairs[row]]);
    },
    joined(inputs) {
      if (pair === undefined) return [inputs.join(" ")];
      const [firsts, seconds] = [0, 1].map((side) => inputs.map((input) => input[side]));
      const [long, other] = [firsts.join(" "), seconds.join(" ")];
      return [[long, other], [long, seconds[0]], [firsts[0], other]];
    },
    pairs: pair !== undefined,
    longInputs: (processor) => pair === undefined || tellsPairs(processor),
    limit: ({ processor }) => limitOf({ pair, kind }, processor),
    request: () => ({
      kind: kind === "regression" ? "number" : "labels",
      pair: pair !== undefined,
      several: kind === "multi",
    }),
    async ask(reader, inputs) {
      if (pair !== undefined) return await ofPairs(reader, inputs, { kind, labels });
      if (kind === "regression") return numbersOf(await reader.ask(inputs));
      const found = await reader.ask(inputs, {
        top_k: labels.length,
      }) as (ScoredLabel | ScoredLabel[])[];
      return found.map((each) => Array.isArray(each) ? each : [each]);
    },
    compare: (found, expected) =>
      kind === "regression"
        ? { difference: distance(Number(found), Number(expected.answer.label)) }
        : compareScores(found as ScoredLabel[], expected.answer),
    sizeOf: ({ outputs }: ExpectedAnswer<TextInput, Prediction>) =>
      Math.max(1, largestOutput(outputs)),
  };
}

function limitOf(
  { pair, kind }: Pick<LabelReaderOptions, "pair" | "kind">,
  processor: Processor,
): string | undefined {
  if (pair !== undefined) {
    return "transformers.js' pipeline takes no pairs of texts; ask its model, " +
      "model(tokenizer(texts, { text_pair: pairs, padding: true, truncation: true })), whose logits " +
      `are ${kind === "regression" ? "the numbers" : `those of ${activations[kind]}`}` +
      (tellsPairs(processor)
        ? ""
        : ". Nothing stands between both texts for this model: of a pair that is too long only the " +
          "second text is cut there, where predict cuts the longer one; shorten such pairs before");
  }
  return kind === "regression"
    ? 'transformers.js\' pipeline("text-classification") makes 1 of every number; ask ' +
      'pipeline("feature-extraction", folder), which gives the numbers'
    : undefined;
}

/** Whether a special token stands between both texts, by which the graph tells them apart. */
export function tellsPairs(processor: Processor): boolean {
  if (processor.input !== "text") return false;
  const { firstStart, secondStart } = processor.tokenizer.join([], []);
  return secondStart! > firstStart;
}

const activations = { single: "softmax", multi: "sigmoid" } as const;

/** One number for each row of [rows, 1]. */
function numbersOf(tensor: unknown): number[] {
  return Array.from((tensor as { readonly data: ArrayLike<number> }).data, Number);
}

/** Pairs through the tokenizer and the model, with the names of the reader's `config.json`. */
async function ofPairs(
  reader: ReaderPipeline,
  inputs: readonly TextInput[],
  { kind, labels }: Pick<LabelReaderOptions, "kind" | "labels">,
): Promise<readonly unknown[]> {
  const [firsts, seconds] = [0, 1].map((side) => inputs.map((input) => input[side]));
  const { logits } = await reader.outputs(firsts, seconds);
  const numbers = Float32Array.from(logits.data);
  if (kind === "regression") return [...numbers];
  const names = reader.config.id2label as Readonly<Record<number, string>>;
  const { probabilities } = predictionsOf({
    kind,
    labels,
    logits: numbers,
    truth: new Float32Array(kind === "single" ? inputs.length : numbers.length),
  });
  return inputs.map((_, row) =>
    labels.map((_, at) => ({ label: names[at], score: probabilities[row * labels.length + at] }))
  );
}
