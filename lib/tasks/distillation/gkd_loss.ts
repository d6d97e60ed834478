/**
 * The loss of answers that a teacher has an opinion of, token by token.
 *
 * @module
 */
import { tf } from "../../engine/mod.ts";
import type { HostTensor } from "../../engine/mod.ts";
import { type AnswerPieces, ofTokens } from "../rollouts/answer_pieces.ts";
import { type AnswersLoss, pieceFeed } from "../rollouts/answers_objective.ts";
import type { LearnedAnswer } from "../rollouts/learned_answer.ts";
import { generalizedDivergence } from "./generalized_divergence.ts";

/** How a model is compared with its teacher. */
export interface GkdLossOptions {
  /** 0 for KL(teacher ‖ model), 1 for KL(model ‖ teacher), between them the Jensen-Shannon divergence. */
  readonly beta: number;
  /** Divides the logits of both. */
  readonly temperature: number;
  readonly vocabSize: number;
}

/** Names of the feeds. */
const names = { taught: "teacher_log_probs", weights: "answer_weights" } as const;

/** The sum of the divergences over the tokens of the answers, whose mean is TRL's `generalized_jsd_loss`. */
export function gkdLoss({ beta, temperature, vocabSize }: GkdLossOptions): AnswersLoss {
  return {
    name: "generalised knowledge distillation",
    temperature,
    feeds: (pieces) => ({
      [names.taught]: { role: "feed", type: "float32", shape: [pieces, "counted", vocabSize] },
      [names.weights]: pieceFeed(pieces, "counted"),
    }),
    targets: (arranged, answers) => ({
      [names.taught]: taughtOf(arranged, answers, vocabSize),
      [names.weights]: ofTokens(
        arranged,
        answers.map(({ length, counts }) => Array<number>(length).fill(counts ? 1 : 0)),
      ),
    }),
    ofTokens: (logits, feeds) =>
      generalizedDivergence(tf.logSoftmax(logits), feeds[names.taught], beta),
    sum: (divergences, feeds) => tf.sum(tf.mul(feeds[names.weights], divergences)),
    answerWeight: ({ length, counts }) => counts ? length : 0,
  };
}

/** What the teacher says of each token, [pieces, length, vocabulary]; 0 in free places. */
function taughtOf(
  { pieces, length, at }: AnswerPieces,
  answers: readonly LearnedAnswer[],
  vocabSize: number,
): HostTensor {
  const data = new Float32Array(pieces * length * vocabSize);
  answers.forEach(({ teacherLogProbs }, i) => {
    const { piece, start } = at[i];
    data.set(teacherLogProbs!, (piece * length + start) * vocabSize);
  });
  return { shape: [pieces, length, vocabSize], data };
}
