/**
 * The end of an answer.
 *
 * @module
 */

/**
 * The answer, which tells when its last byte was taken: of a stream of events when it ends or the client
 * leaves, of any other at once, because its bytes are there already.
 *
 * @param left called before where the client leaves a stream
 */
export function whenSent(
  answer: Response,
  told: () => void,
  left: () => void = () => {},
): Response {
  const { body } = answer;
  if (!body || !answer.headers.get("content-type")?.startsWith("text/event-stream")) {
    told();
    return answer;
  }
  const reader = body.getReader();
  const watched = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (!done) return controller.enqueue(value);
        controller.close();
      } catch (error) {
        controller.error(error);
      }
      told();
    },
    async cancel(reason) {
      left();
      told();
      await reader.cancel(reason);
    },
  }, { highWaterMark: 0 });
  return new Response(watched, answer);
}
