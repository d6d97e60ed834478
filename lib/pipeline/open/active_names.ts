/**
 * Which adapters act on an input, and which one has made an answer.
 *
 * @module
 */
import type { Prediction } from "../../tasks/text_classification/prediction.ts";
import { mistakes, TunebookError } from "../../core/errors.ts";

/** What acts on an input: an adapter, several at once, or `null` for the model alone. */
export type ActiveNames<Name extends string> = Name | readonly Name[] | null;

/**
 * An answer of the task, and which adapter made it where the answer is an object that can say so;
 * vectors, numbers and texts stay as they are.
 */
export type AdapterAnswer<Name extends string, Answer> = Answer extends
  ArrayBufferView | readonly unknown[] | string | number | boolean | null ? Answer
  : Answer & {
    /** The adapter, the adapters that acted at once, or `null` for the model alone. */
    readonly adapter: ActiveNames<Name>;
  };

/** A text's prediction and which adapter made it. */
export type AdapterPrediction<Name extends string = string> = AdapterAnswer<Name, Prediction>;

/** An answer that is plain data with what made it. */
export function saying(answer: unknown, adapter: unknown): unknown {
  if (typeof answer !== "object" || answer === null) return answer;
  return Object.getPrototypeOf(answer) === Object.prototype ? { ...answer, adapter } : answer;
}

/** Reports every row whose adapter cannot be had. */
export function checkChoices<Name extends string>(
  inputs: readonly unknown[],
  choices: readonly ActiveNames<Name>[],
  open: (choice: ActiveNames<Name>) => unknown,
): void {
  if (!Array.isArray(choices) || choices.length !== inputs.length) {
    throw new TunebookError(
      "input",
      `${inputs.length} inputs need as many adapters, not ${
        choices?.length ?? "none"
      }: name one for ` +
        "each input, or null for the model alone",
    );
  }
  const wrong = choices.flatMap((choice, row) => {
    try {
      open(choice);
      return [];
    } catch (error) {
      if (!(error instanceof TunebookError)) throw error;
      return [`input ${row + 1}: ${error.message}`];
    }
  });
  if (wrong.length > 0) throw mistakes("input", "these adapters cannot be used:", wrong);
}
