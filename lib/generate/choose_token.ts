/**
 * Logits → the next token.
 *
 * @module
 */
import { TunebookError } from "../core/errors.ts";
import type { Random } from "../core/random.ts";
import { type Exponentials, exponentials } from "./exponentials.ts";

/**
 * The id of the largest logit, of the first where several are equal, as `torch.argmax` has it.
 *
 * Throws a `TunebookError` where no token is allowed (kind "input") or a logit is no number ("diverged").
 */
export function likeliestToken(logits: Float32Array): number {
  let found = -1;
  let most = -Infinity;
  for (let i = 0; i < logits.length; i++) {
    if (logits[i] > most) {
      most = logits[i];
      found = i;
    }
  }
  if (found < 0) throw noToken(logits);
  return found;
}

/**
 * Draws a token by the softmax of the logits, which may be not normalized; one number of `random` is used.
 *
 * Throws as {@link likeliestToken} does.
 *
 * @param weights those of the logits, where they are known
 */
export function drawToken(
  logits: Float32Array,
  random: Random,
  { masses, total }: Pick<Exponentials, "masses" | "total"> = exponentials(logits),
): number {
  if (!(total > 0)) throw noToken(logits);
  let left = random.uniform() * total;
  let last = 0;
  for (let i = 0; i < masses.length; i++) {
    const mass = masses[i];
    if (mass === 0) continue;
    last = i;
    left -= mass;
    if (left < 0) return i;
  }
  // Rounding may leave a rest.
  return last;
}

function noToken(logits: Float32Array): TunebookError {
  return logits.some(Number.isNaN)
    ? new TunebookError(
      "diverged",
      "the model's logits are no numbers (NaN): its weights are damaged or training diverged",
    )
    : new TunebookError(
      "input",
      "no token may be written next: logitBias, badWords, noRepeatNgramSize, the grammar and what " +
        "else forbids tokens leave none",
    );
}
