/**
 * How transformers.js asks questions about texts.
 *
 * @module
 */
import {
  type AnswerDifference,
  type ExpectedAnswer,
  largestOutput,
  type ReaderContract,
} from "../../nn/reader_contract.ts";
import { columnValues } from "../../table/columns.ts";
import type { Tokenizer } from "../../text/tokenizer.ts";
import { textProcessor } from "../shared/text_examples.ts";
import type { Question, QuestionAnswer } from "./question_answer.ts";
import { type QuestionWindow, windowsOfQuestion } from "./question_windows.ts";

const name = "question-answering";

/** What the pipeline answers, and what its model gave. */
interface FoundAnswer {
  readonly answer: string;
  readonly score: number;
  /** The logits of starts and of ends, [tokens] each. */
  readonly starts: ArrayLike<number>;
  readonly ends: ArrayLike<number>;
}

/**
 * `question-answering`. Its pipeline looks at every span of the context, whatever its length, so that its
 * best answer is compared with that of the trained model's logits, and the logits with each other.
 */
export function answerReader(
  columns: { readonly question: string; readonly context: string },
): ReaderContract<Question, QuestionAnswer> {
  return {
    pipeline: name,
    inputsOf(table) {
      const contexts = columnValues(table, columns.context).map(String);
      return columnValues(table, columns.question)
        .map((question, row) => ({ question: String(question), context: contexts[row] }));
    },
    joined: (inputs) => [{
      question: inputs[0].question,
      context: inputs.map(({ context }) => context).join(" "),
    }],
    longInputs: () => false,
    limit({ processor, hasLongRows }) {
      if (textProcessor(name, processor).tokenizer.sepId === undefined) {
        return "transformers.js' pipeline finds the context behind a separator token, which this " +
          "model has not: its answers may lie in the question. Ask its model for start_logits and " +
          "end_logits there";
      }
      return hasLongRows
        ? "transformers.js' pipeline looks only at the beginning of a context that is longer than the " +
          "model takes; predict reads it in windows. Give the pipeline a part of it at a time"
        : undefined;
    },
    request: () => ({ kind: "answer" }),
    async ask(reader, inputs) {
      const [questions, contexts] = [
        inputs.map(({ question }) => question),
        inputs.map(({ context }) => context),
      ];
      const answers = await reader.ask(questions, contexts) as { answer: string; score: number }[];
      const { start_logits: starts, end_logits: ends } = await reader.outputs(questions, contexts);
      const [, length] = starts.dims;
      const own = (all: ArrayLike<number>, row: number) =>
        Array.from({ length }, (_, at) => Number(all[row * length + at]));
      return answers.map((answer, row): FoundAnswer => ({
        ...answer,
        starts: own(starts.data, row),
        ends: own(ends.data, row),
      }));
    },
    compare: (found, expected) => compareAnswers(found as FoundAnswer, expected),
    sizeOf: ({ outputs }) => Math.max(1, largestOutput(outputs)),
  };
}

function compareAnswers(
  found: FoundAnswer,
  { input, outputs: [logits], processor }: ExpectedAnswer<Question, QuestionAnswer>,
): AnswerDifference {
  const { tokenizer, maxTokens } = textProcessor(name, processor);
  const row = { ...input, answers: [] };
  const { windows: [window] } = windowsOfQuestion(row, tokenizer, { row: 0, place: "", maxTokens });
  const tokens = window.ids.length;
  if (found.starts.length < tokens) {
    const problem = `it makes ${found.starts.length} tokens of an input that has ${tokens}`;
    return { difference: Infinity, problem };
  }
  let difference = 0;
  for (let at = 0; at < 2 * tokens; at++) {
    const theirs = (at % 2 === 0 ? found.starts : found.ends)[Math.floor(at / 2)];
    const gap = Math.abs(theirs - logits[at]);
    difference = Math.max(difference, Number.isNaN(gap) ? Infinity : gap);
  }
  // Without a separator the pipeline's answer may lie in the question, as its limit says.
  if (tokenizer.sepId === undefined) return { difference };
  const choices = spansOf(window, logits, tokenizer);
  const own = choices.find(({ text }) => text === found.answer);
  if (!own) {
    const texts = choices.map(({ text }) => JSON.stringify(text));
    return {
      difference: Infinity,
      problem: `it answers ${JSON.stringify(found.answer)}, not ${texts.join(" or ")}`,
    };
  }
  return { difference: Math.max(difference, Math.abs(own.score - found.score)) };
}

/** A text that the pipeline may answer with. */
interface Choice {
  readonly text: string;
  readonly score: number;
}

/** How near to the best a span is that rounding may make the best. */
const nearlyBest = 1e-3;

/**
 * The best spans as the pipeline takes them: of the context's tokens but special ones, against the
 * first token. A token for what the vocabulary lacks is special to some tokenizers.
 */
function spansOf(window: QuestionWindow, logits: Float32Array, tokenizer: Tokenizer): Choice[] {
  const { padId, clsId, sepId, maskId, unknownId } = tokenizer;
  const marks = [padId, clsId, sepId, maskId];
  return [marks, [...marks, unknownId]].flatMap((special) => {
    const all = Array.from({ length: window.to - window.from }, (_, i) => window.contextStart + i);
    const places = all.filter((at) => !special.includes(window.ids[at]));
    const [starts, ends] = [0, 1].map((side) => {
      const powers = [0, ...places].map((at) => logits[2 * at + side]);
      const top = Math.max(...powers);
      const sum = powers.reduce((total, each) => total + Math.exp(each - top), 0);
      return new Map(places.map((at) => [at, Math.exp(logits[2 * at + side] - top) / sum]));
    });
    return bestSpans(places, starts, ends).map(({ from, to, score }): Choice => ({
      text: tokenizer.decode(window.ids.subarray(from, to + 1)),
      score,
    }));
  });
}

interface ScoredSpan {
  readonly from: number;
  readonly to: number;
  readonly score: number;
}

/** All spans that are nearly as good as the best. */
function bestSpans(
  places: readonly number[],
  starts: ReadonlyMap<number, number>,
  ends: ReadonlyMap<number, number>,
): ScoredSpan[] {
  let spans: ScoredSpan[] = [];
  let most = 0;
  places.forEach((from, first) => {
    for (const to of places.slice(first)) {
      const score = starts.get(from)! * ends.get(to)!;
      if (score < most * (1 - nearlyBest)) continue;
      most = Math.max(most, score);
      spans.push({ from, to, score });
    }
    spans = spans.filter(({ score }) => score >= most * (1 - nearlyBest));
  });
  return spans;
}
