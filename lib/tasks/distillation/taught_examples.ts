/**
 * Rows that are learned from teachers.
 *
 * @module
 */
import { createHash } from "node:crypto";
import { TunebookError } from "../../core/errors.ts";
import type { AnyPredictions } from "../../nn/predictions.ts";
import type { ComparedLayers } from "../../nn/below_head.ts";
import type { ModelConfig } from "../../nn/family.ts";
import type { Objective } from "../../nn/objective.ts";
import type { Examples, ObjectiveContext, Outputs, Task } from "../../nn/task.ts";
import { distillationObjective } from "./distillation_objective.ts";
import { likelyTokens, likelyTokensObjective } from "./likely_tokens.ts";
import { type DistillationOptions, sharesOfTeachers, teachersOf, usualFolder } from "./options.ts";
import {
  attentionWidth,
  checkHeads,
  comparedAttention,
  comparedVectors,
} from "./attention_options.ts";
import { withAttentionLoss } from "./attention_loss.ts";
import { type LayerMap, layerPairs } from "./layer_map.ts";
import { withStateLoss } from "./state_loss.ts";

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
  const { teacher, temperature = usualTemperature, weight = usualWeight, top = usualTop } = options;
  const teachers = teachersOf(teacher);
  const isOfTokens = task.kind === "language";
  const isPerToken = !perRowKinds.includes(task.kind);
  const withAnswers = (
    answers: readonly Outputs[],
    compared: ComparedLayers | undefined,
  ): Examples<Predicted, Answer> => {
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
          teachers: answers.map((teacher) =>
            compared ? partOf(teacher, 0, labels.length) : teacher
          ),
          shares: sharesOfTeachers(options),
          temperature,
          weight,
        });
        return compared
          ? withLayers(soft, compared, { options, context, answers: answers[0], labels })
          : soft;
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
      isPerToken: isPerToken || options.attention !== undefined,
      ...(options.hidden || options.attention
        ? { compared: (own, taught) => comparedLayers(options, own, taught) }
        : {}),
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

/** The same numbers of each row. */
function partOf(answers: Outputs, start: number, end?: number): Float32Array[] {
  return answers.map((each) => each.subarray(start, end));
}

/** What of the two is compared, now that both are known. */
function comparedLayers(
  { hidden, attention: asked }: DistillationOptions,
  own: ModelConfig,
  taught: ModelConfig,
): ComparedLayers {
  const attention = asked && comparedAttention(asked);
  if (attention) checkHeads(attention, own, taught);
  const pairs = (layers: LayerMap) => layerPairs(layers, own.numLayers, taught.numLayers);
  return {
    states: hidden ? pairs(hidden.layers) : [],
    attention: attention ? pairs(attention.layers) : [],
    vectors: attention ? comparedVectors(attention) : [],
    hiddenSize: taught.hiddenSize,
    attentionWidth: attentionWidth(taught),
    numHeads: taught.numHeads,
  };
}

/** The loss of what the head says together with those of the layers below it. */
function withLayers(
  soft: Objective,
  compared: ComparedLayers,
  { options: { hidden, attention }, context, answers, labels }: {
    readonly options: DistillationOptions;
    readonly context: ObjectiveContext;
    readonly answers: Outputs;
    readonly labels: readonly string[];
  },
): Objective {
  const { states: pairs, hiddenSize } = compared;
  const behind = labels.length + pairs.length * hiddenSize;
  const near = hidden
    ? withStateLoss(soft, {
      ...hidden,
      pairs,
      states: partOf(answers, labels.length, behind),
      hiddenSize: context.hiddenSize,
    })
    : soft;
  if (!attention) return near;
  if (context.afterVirtualTokens) {
    throw new TunebookError(
      "unsupported",
      "attention is compared over the tokens of texts, before which this method puts virtual tokens; take full() or lora()",
    );
  }
  return withAttentionLoss(near, {
    ...comparedAttention(attention),
    compared,
    taught: partOf(answers, behind),
  });
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
