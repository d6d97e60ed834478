/**
 * The pictures of answers, for their display: an answer itself is plain data.
 *
 * @module
 */
import type { Picture } from "../../image/picture.ts";

const seen = new WeakMap<object, () => Picture>();

/** Remembers what the image of an answer looks like; the picture is made when it is shown. */
export function withPicture<Answer extends object>(answer: Answer, picture: () => Picture): Answer {
  seen.set(answer, picture);
  return answer;
}

/** What the image of an answer looks like; undefined where it was not kept. */
export function pictureOfAnswer(answer: object): Picture | undefined {
  return seen.get(answer)?.();
}
