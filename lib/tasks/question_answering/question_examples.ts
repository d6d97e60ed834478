/**
 * Questions with their contexts as examples of a model.
 *
 * @module
 */
import { selectable } from "../../nn/select_rows.ts";
import { mistakes } from "../../core/errors.ts";
import { eachRow } from "../../data/each_row.ts";
import type { AnswerPredictions } from "../../nn/answer_predictions.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import type { Examples, ExamplesOptions, Outputs } from "../../nn/task.ts";
import { type BestSpans, bestSpans, type SpanSearch } from "./best_spans.ts";
import {
  isRefused,
  nullDifference,
  type NullRule,
  type QuestionAnswer,
  questionAnswer,
} from "./question_answer.ts";
import { type WindowedQuestion, windowsOfQuestion } from "./question_windows.ts";
import { checkOutput } from "../shared/check_output.ts";
import type { SourceRows } from "../../table/source_rows.ts";
import type { QuestionRow } from "./read_questions.ts";
import { needsLabels, textExamples, textFingerprint } from "../shared/text_examples.ts";
import { withoutLoss } from "../shared/without_loss.ts";
import { spanObjective } from "./span_objective.ts";

/** How to make examples and answers. */
export interface QuestionExamplesOptions extends SpanSearch, NullRule {
  /** What errors call the rows. */
  readonly source: SourceRows;
  /** Tokens of the context that a window shares with the one before. */
  readonly stride?: number | undefined;
}

/** Cuts all rows into windows. Throws an error of kind "data" with all rows that cannot be learnt. */
export async function questionExamples(
  rows: readonly QuestionRow[],
  processor: TextProcessor,
  options: QuestionExamplesOptions,
  { where, labelled = true, signal }: ExamplesOptions,
): Promise<Examples<AnswerPredictions, QuestionAnswer>> {
  const questions: WindowedQuestion[] = [];
  const { stride, source } = options;
  const { tokenizer, maxTokens } = processor;
  await eachRow(rows.length, { done: "encoded", title: "encoding", where, signal }, (row) => {
    const place = source.placeOf(row);
    questions.push(windowsOfQuestion(rows[row], tokenizer, { row, place, maxTokens, stride }));
  });
  checkAnswers(questions, rows, source);
  const sequences = questions.flatMap(({ windows }) => windows);
  const targets = sequences.map(({ ids, first, last }) => ({ length: ids.length, first, last }));
  const spans = (outputs: Outputs) => spansOf(rows, questions, outputs, options);
  const truncated = questions.filter(({ isTruncated }) => isTruncated).length;
  return {
    ...textExamples({ rows: rows.length, sequences, truncated }, processor),
    fingerprint: textFingerprint(sequences, targets.flatMap(({ first, last }) => [first, last])),
    objective({ labelSmoothing }) {
      const objective = spanObjective({
        targets,
        ...(labelSmoothing === undefined ? {} : { labelSmoothing }),
      });
      return labelled ? objective : withoutLoss(objective);
    },
    predictions(outputs) {
      if (!labelled) needsLabels("scores");
      const found = spans(outputs);
      const best = found.map(({ candidates: [first] }) => first?.text ?? "");
      return selectable({
        kind: "answers" as const,
        rows: rows.length,
        truth: rows.map(({ answers }) => answers.map(({ text }) => text)),
        predicted: best.map((text, row) => isRefused(found[row], options) ? "" : text),
        best,
        nullDifferences: Float64Array.from(found, nullDifference),
      }, ["truth", "predicted", "best", "nullDifferences"]);
    },
    answers: (outputs) =>
      spans(outputs).map((each, row) => questionAnswer(rows[row], each, options)),
  };
}

/** The best answers of each row, out of what the model gave for its windows. */
function spansOf(
  rows: readonly QuestionRow[],
  questions: readonly WindowedQuestion[],
  outputs: Outputs,
  search: QuestionExamplesOptions,
): BestSpans[] {
  let sequence = 0;
  return questions.map(({ windows, tokens }, row) =>
    bestSpans(
      rows[row].context,
      windows.map(({ nullPosition, contextStart, from, to }) => {
        const logits = outputs[sequence++];
        checkOutput(logits, search.source.placeOf(row));
        const [starts, ends] = [tokens.starts.subarray(from, to), tokens.ends.subarray(from, to)];
        return { logits, nullPosition, contextStart, starts, ends };
      }),
      search,
    )
  );
}

function checkAnswers(
  questions: readonly WindowedQuestion[],
  rows: readonly QuestionRow[],
  { where, nameOf }: SourceRows,
): void {
  const wrong = questions.flatMap(({ lacksAnswer }, row) =>
    lacksAnswer
      ? [
        `${nameOf(row)}: the answer ${JSON.stringify(rows[row].answers[0].text)} has no token`,
      ]
      : []
  );
  if (wrong.length === 0) return;
  throw mistakes(
    "data",
    `the model's tokenizer leaves nothing of some answers of ${where}; correct or remove:`,
    wrong,
  );
}
