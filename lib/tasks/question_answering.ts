/**
 * Question answering: the stretch of a text that answers a question about it.
 *
 * @module
 */
import type { AnswerPredictions } from "../nn/answer_predictions.ts";
import type { LabelledTask, Task } from "../nn/task.ts";
import { columnValues } from "../table/columns.ts";
import { pickRows, sourceRows } from "../table/source_rows.ts";
import type { Splits } from "../table/splits.ts";
import { type Table, tableFromColumns } from "../table/table.ts";
import { displayOfAnswers } from "./question_answering/answer_display.ts";
import type { Question, QuestionAnswer } from "./question_answering/question_answer.ts";
import {
  checkQuestionAnsweringOptions,
  givenOptions,
  type QuestionAnsweringOptions,
} from "./question_answering/options.ts";
import { answerReader } from "./question_answering/reader.ts";
import { questionExamples } from "./question_answering/question_examples.ts";
import { readQuestions } from "./question_answering/read_questions.ts";
import { textProcessor } from "./shared/text_examples.ts";

/** The task that `questionAnswering` makes. */
export type QuestionAnsweringTask = Task<AnswerPredictions, Question, QuestionAnswer>;

const name = "question-answering";
const defaults = { maxAnswerTokens: 30, nBest: 20, nullThreshold: 0 };

/**
 * Finds answers to questions within a text, as BERT does for SQuAD (Devlin et al., arXiv 1810.04805):
 * the model says for each token how likely an answer starts and ends there. A context that is too
 * long for the model is read in windows that overlap. Metrics: `exactMatch`, `answerF1`,
 * `bestNullThreshold`.
 *
 * Throws a `TunebookError` of kind "input" that lists all options which make no sense.
 *
 * @example
 * ```ts
 * import { questionAnswering, tableFromRows } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const table = tableFromRows([{
 *   question: "Which river flows through Paris?",
 *   context: "The Seine flows through Paris.",
 *   answers: { text: ["Seine"], answer_start: [3] },
 * }]);
 * const task = questionAnswering();
 * assert.deepEqual(task.columns, ["question", "context", "answers"]);
 * assert.throws(() => task.checkRows(table, "the table"), /not at its offset 3.*it is at 4/);
 * ```
 */
export function questionAnswering(options: QuestionAnsweringOptions = {}): QuestionAnsweringTask {
  checkQuestionAnsweringOptions(options);
  const { question = "question", context = "context", answers = "answers" } = options;
  const columns = { question, context, answers };
  const settings = { ...givenOptions(options), ...columns };
  const task: QuestionAnsweringTask = {
    name,
    kind: "answers",
    settings,
    columns: Object.values(columns),
    metric: "answerF1",
    lossSettings: ["labelSmoothing"],
    checkRows: (table, where) => void readQuestions(table, columns, where),
    read(splits: Splits) {
      const names = { train: "training", validation: "validation", test: "test" } as const;
      const [train] = Object.entries(names).flatMap(([split, name]) => {
        const table = splits[split as keyof Splits];
        return table ? [readQuestions(table, columns, `the ${name} data`)] : [];
      });
      const { unanswerable = train.some((row) => row.answers.length === 0) } = options;
      return labelledTask({ ...settings, unanswerable });
    },
    withLabels: () => labelledTask({ ...settings, unanswerable: options.unanswerable ?? true }),
    report: {
      texts: (table) => {
        const contexts = columnValues(table, context);
        return columnValues(table, question).map((text, row) => `${text}\n${contexts[row]}`);
      },
    },
    hasMarks: (table) =>
      readQuestions(table, columns, "the table").map((row) => row.answers.length > 0),
    preview(table, row) {
      const [shown] = readQuestions(pickRows(table, [row]), columns, `row ${row + 1}`);
      const label = shown.answers.map(({ text }) => text).join(" | ") || "(no answer)";
      return { text: `${shown.question}\n${shown.context}`, label };
    },
  };
  return Object.freeze(task);
}

type Settings =
  & QuestionAnsweringOptions
  & Required<Pick<QuestionAnsweringOptions, "question" | "context" | "answers" | "unanswerable">>;

function labelledTask(
  settings: Settings,
): LabelledTask<AnswerPredictions, Question, QuestionAnswer> {
  const { question, context, answers } = settings;
  return {
    task: questionAnswering(settings),
    labels: [],
    head: { name: "span", outputs: 2 },
    signature: {
      pipeline: "question-answering",
      peftTaskType: "QUESTION_ANS",
      autoClass: "AutoModelForQuestionAnswering",
      config: {},
      python: {
        // A base model of another task may have labels of its own.
        arguments: "num_labels=2",
        dropsTypes: true,
      },
    },
    reader: answerReader({ question, context }),
    async examples(table, processor, options) {
      const { where, labelled = true } = options;
      const columns = { question, context, ...(labelled ? { answers } : {}) };
      const rows = readQuestions(table, columns, where);
      const own = textProcessor(name, processor);
      const source = sourceRows(table, where);
      return await questionExamples(rows, own, { ...defaults, ...settings, source }, options);
    },
    tableOf: (inputs: readonly Question[]): Table =>
      tableFromColumns([
        // What is no question at all is told with its row when the table is read.
        [question, inputs.map((input) => input?.question)],
        [context, inputs.map((input) => input?.context)],
      ]),
    display: displayOfAnswers,
  };
}
