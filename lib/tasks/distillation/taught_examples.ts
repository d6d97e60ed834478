/**
 * Rows that are learned from teachers.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { TunebookError } from "../../core/errors.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { Examples, Outputs, Task } from "../../nn/task.ts";
import { distillationObjective } from "./distillation_objective.ts";
import { likelyTokens, likelyTokensObjective } from "./likely_tokens.ts";
import { type DistillationOptions, sharesOfTeachers, teachersOf, usualFolder } from "./options.ts";
import { askedLayers, withStateLoss } from "./state_loss.ts";

const usualTemperature = 2;
const usualWeight = 0.5;
const usualTop = 32;

/**
 * The task's own rows, whose objective needs what teachers say: `teaching` says whom to ask.
 *
 * @throws {TunebookError} of kind `unsupported` where images are mixed with each other, of which no teacher has
 *   said anything
 */
export function taughtExamples<Predicted extends AnyPredictions, Answer>(
  own: Examples<Predicted, Answer>,
  { task, labels }: { readonly task: Task<Predicted>; readonly labels: readonly string[] },
  options: DistillationOptions,
): Examples<Predicted, Answer> {
  if (own.changes === "batches") {
    throw new TunebookError(
      "unsupported",
      "distillation asks teachers about each image by itself, once; leave out the augmentations that mix images",
    );
  }
  const { teacher, temperature = usualTemperature, weight = usualWeight, hidden, top = usualTop } =
    options;
  const teachers = teachersOf(teacher);
  const isOfTokens = task.kind === "language";
  const isPerToken = !perRowKinds.includes(task.kind);
  const withAnswers = (answers: readonly Outputs[]): Examples<Predicted, Answer> => {
    const { teaching: _asked, ...rest } = taught;
    return {
      ...rest,
      fingerprint: fingerprintWith(own.fingerprint, answers),
      objective(context) {
        if (isOfTokens) {
          return likelyTokensObjective(own.objective(context), answers[0], {
            top,
            temperature,
            weight,
          });
        }
        const soft = distillationObjective(own.objective(context), {
          teachers: answers.map((teacher) => outputsOf(teacher, labels.length, hidden)),
          shares: sharesOfTeachers(options),
          temperature,
          weight,
        });
        if (!hidden) return soft;
        const states = answers[0].map((each) => each.subarray(labels.length));
        return withStateLoss(soft, { ...hidden, states, hiddenSize: context.hiddenSize });
      },
    };
  };
  const taught: Examples<Predicted, Answer> = {
    ...own,
    teaching: {
      task,
      labels,
      teachers,
      answersIn: options.answersIn ?? usualFolder,
      isPerToken,
      ...(hidden ? { states: askedLayers(hidden) } : {}),
      ...(isOfTokens
        ? {
          askedWith: (asked) => likelyTokens(asked, { top, temperature }),
          about: `top ${top} at ${temperature}`,
        }
        : {}),
      withAnswers,
    },
    objective() {
      throw new TunebookError(
        "input",
        `the loss compares the model with ${
          teachers.join(", ")
        }, which has not been asked about these rows; ` +
          "withAnswers of their teaching gives rows that know what it said",
      );
    },
  };
  return taught;
}

/** What the head gave, without the hidden states behind it. */
function outputsOf(
  answers: Outputs,
  outputs: number,
  hidden: DistillationOptions["hidden"],
): Outputs {
  return hidden ? answers.map((each) => each.subarray(0, outputs)) : answers;
}

/** The kinds of predictions that have one line of numbers a row. */
export const perRowKinds: readonly string[] = ["single", "multi", "regression"];

/** The hash of the rows together with what was said of them. */
function fingerprintWith(rows: Uint8Array, answers: readonly Outputs[]): Uint8Array {
  const hash = createHash("sha256").update(rows);
  for (const each of answers) {
    for (const { buffer, byteOffset, byteLength } of each) {
      hash.update(new Uint8Array(buffer, byteOffset, byteLength));
    }
  }
  return new Uint8Array(hash.digest());
}
