/**
 * The cross-entropy of sampled answers that are kept.
 *
 * @module
 */
import { tf } from "../../engine/mod.ts";
import { ofTokens } from "./answer_pieces.ts";
import { type AnswersLoss, pieceFeed } from "./answers_objective.ts";

/** The feed that says which tokens count. */
const weights = "answer_weights";

/** The sum over the tokens of the answers that count, whose mean is what fine-tuning on them minimises. */
export const keptLoss: AnswersLoss = {
  name: "rejection sampling",
  temperature: 1,
  feeds: (pieces) => ({ [weights]: pieceFeed(pieces, "counted") }),
  targets: (arranged, answers) => ({
    [weights]: ofTokens(
      arranged,
      answers.map(({ length, counts }) => Array<number>(length).fill(counts ? 1 : 0)),
    ),
  }),
  sum: (logProbs, feeds) => tf.neg(tf.sum(tf.mul(feeds[weights], logProbs))),
  answerWeight: ({ length, counts }) => counts ? length : 0,
};
