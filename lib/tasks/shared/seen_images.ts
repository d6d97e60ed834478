/**
 * The pictures of answers, for their display: an answer itself is plain data.
 *
 * @module
 */
import type { Image } from "../../image/image.ts";

const seen = new WeakMap<object, Image>();

/** Remembers which image an answer is about. */
export function rememberImage<Answer extends object>(answer: Answer, image: Image): Answer {
  seen.set(answer, image);
  return answer;
}

/** The image that an answer is about; undefined where it was not kept. */
export function seenImage(answer: object): Image | undefined {
  return seen.get(answer);
}
