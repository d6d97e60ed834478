/**
 * Explains the answers to questions.
 *
 * @module
 */
import { mistakes, TunebookError } from "../../core/errors.ts";
import { quoted } from "../../core/quoted.ts";
import type { ExplainTarget } from "../../evaluate/explain/explained_rows.ts";
import { integratedGradients } from "../../evaluate/explain/integrated_gradients.ts";
import type { TargetTerm } from "../../evaluate/explain/target_terms.ts";
import type { TextProcessor } from "../../nn/processor.ts";
import { windowsOfQuestion } from "../../tasks/question_answering/question_windows.ts";
import type { Question, QuestionAnswer } from "../../tasks/question_answering/question_answer.ts";
import { textProcessor } from "../../tasks/shared/text_examples.ts";
import { explainedPlace } from "./explained_place.ts";
import type { ExplainableModel } from "./explainable_model.ts";
import type { ExplainOptions } from "./explain_options.ts";
import { programsOf } from "./programs_of.ts";
import type { TextExplanation } from "./text_explanation.ts";
import { textWords } from "./text_words.ts";

/** What explanations call that a text holds no answer. */
const noAnswer = "no answer";
/** The outputs of the head. */
const sides = { start: 0, end: 1 } as const;

/** A question with its context in one window. */
interface WholeQuestion {
  /** The token that stands for no answer. */
  readonly nullPosition: number;
  readonly contextStart: number;
  /** Where the context's tokens stand in it. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
}

/**
 * Explains the answer that a model gives to each question, or another text of its context: the sum of the logits of its
 * start and its end, by the words of question and context.
 */
export async function explainSpans(
  inputs: readonly unknown[],
  options: ExplainOptions,
  model: ExplainableModel,
  signal: AbortSignal,
): Promise<TextExplanation[]> {
  const { task } = model;
  const { method = integratedGradients(), baseline } = options;
  if (!method.attribute) {
    throw new TunebookError(
      "input",
      `explain: ${method.name} does not say why a question has its answer; take integratedGradients()`,
    );
  }
  const processor = textProcessor(task.task.name, model.processor);
  const examples = await task.examples(task.tableOf(inputs), processor, {
    where: "the inputs",
    labelled: false,
    signal,
  });
  const questions = inputs as readonly Question[];
  const windows = questionsInOneWindow(questions, processor);
  refuseOtherTexts(questions, options);
  const answers = examples.answers(await model.outputsOf(examples)) as QuestionAnswer[];
  const programs = await programsOf(model, model.trainableOf(examples), signal);
  try {
    const explanations: TextExplanation[] = [];
    for (const [row, answer] of answers.entries()) {
      const { question, context } = questions[row];
      const words = textWords([question, context], processor, baseline);
      const label = options.label ?? (answer.isAnswerable ? answer.text : noAnswer);
      // The answer stands where the model has it, another text where it first stands.
      const at = options.label === undefined ? answer.start : context.indexOf(label);
      const target = spanTarget(windows[row], context, options.against, { label, at });
      explanations.push(
        await explainedPlace([question, context], words, target, {
          ...{ method, programs, signal, label },
          against: options.against,
        }),
      );
    }
    return explanations;
  } finally {
    await programs.dispose();
  }
}

/** The two logits of a text, without those of the other one, and the places among which the model chooses. */
function spanTarget(
  window: WholeQuestion,
  context: string,
  against: string | undefined,
  { label, at }: { readonly label: string; readonly at: number },
): ExplainTarget {
  const { nullPosition, contextStart, starts } = window;
  const choices = [nullPosition, ...Array.from(starts, (_, token) => contextStart + token)];
  const other = against === undefined
    ? []
    : termsOf(window, { text: against, at: context.indexOf(against), weight: -1 });
  return {
    kind: "span",
    terms: [
      ...termsOf(window, { text: label, at, weight: 1 }),
      ...other,
      ...choices.flatMap((place) =>
        Object.values(sides).map((output) => ({ place, output, weight: 0 }))
      ),
    ],
  };
}

/** The tokens that have the first and the last character of a text. */
function termsOf(
  { nullPosition, contextStart, starts, ends }: WholeQuestion,
  { text, at, weight }: { readonly text: string; readonly at: number; readonly weight: 1 | -1 },
): TargetTerm[] {
  const isNone = text === noAnswer && at <= 0;
  const first = isNone ? nullPosition : contextStart + ends.findIndex((end) => end > at);
  const last = isNone
    ? nullPosition
    : contextStart + starts.findLastIndex((start) => start < at + text.length);
  return [
    { place: first, output: sides.start, weight },
    { place: last, output: sides.end, weight },
  ];
}

function questionsInOneWindow(
  questions: readonly Question[],
  { tokenizer, maxTokens }: TextProcessor,
): WholeQuestion[] {
  const all = questions.map((question, row) =>
    windowsOfQuestion({ ...question, answers: [] }, tokenizer, {
      row,
      place: `input ${row + 1}`,
      maxTokens,
    })
  );
  const long = all.flatMap(({ windows, isTruncated }, row) =>
    windows.length > 1 || isTruncated ? [`input ${row + 1}`] : []
  );
  if (long.length > 0) {
    throw mistakes(
      "input",
      `explain takes questions that fit with their contexts into ${maxTokens} tokens; cut these:`,
      long,
    );
  }
  return all.map(({ windows: [{ nullPosition, contextStart }], tokens: { starts, ends } }) => ({
    nullPosition,
    contextStart,
    starts,
    ends,
  }));
}

/** Texts that were asked for must stand in every context. */
function refuseOtherTexts(
  questions: readonly Question[],
  { label, against }: ExplainOptions,
): void {
  const asked = [label, against].filter((each) => each !== undefined && each !== noAnswer);
  const wrong = questions.flatMap(({ context }, row) =>
    asked.filter((text) => !context.includes(text!))
      .map((text) => `input ${row + 1}: ${quoted(text!)} does not stand in its context`)
  );
  if (wrong.length > 0) throw mistakes("input", "explain: label and against are texts:", wrong);
}
