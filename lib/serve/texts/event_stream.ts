/**
 * Answers as server-sent events.
 *
 * @module
 */
import type { Context } from "hono";
import { type RequestError, requestErrorOf } from "../../http/request_error.ts";
import type { ServerEnv } from "../server_env.ts";

/** An event: its data is JSON, or a text as it is. */
export interface ServerEvent {
  /** The event's name, where clients look at it. */
  readonly event?: string;
  readonly data: unknown;
}

/**
 * A stream of events. What goes wrong before the first one is thrown, so that the answer has a status of its
 * own; later errors are an event. When the client goes, the loop over the events is left.
 *
 * @param how.failed the event of an error
 */
export async function eventStream(
  c: Context<ServerEnv>,
  events: AsyncGenerator<ServerEvent>,
  { quiet, failed }: {
    readonly quiet: boolean;
    readonly failed: (error: RequestError) => ServerEvent;
  },
): Promise<Response> {
  const first = await events.next();
  let next = Promise.resolve(first);
  const utf8 = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await next;
        if (done) return controller.close();
        controller.enqueue(utf8.encode(written(value)));
        next = events.next();
        next.catch(() => {});
      } catch (error) {
        const id = c.get("requestId");
        const told = requestErrorOf(error, id);
        if (told.status >= 500 && told.cause !== undefined && !quiet) {
          console.error(`request ${id} failed:`, told.cause);
        }
        controller.enqueue(utf8.encode(written(failed(told))));
        controller.close();
      }
    },
    async cancel() {
      await events.return(undefined);
    },
  }, { highWaterMark: 0 });
  return c.body(body, 200, {
    "content-type": "text/event-stream; charset=utf-8",
    "cache-control": "no-cache",
  });
}

function written({ event, data }: ServerEvent): string {
  const text = typeof data === "string" ? data : JSON.stringify(data);
  return `${event === undefined ? "" : `event: ${event}\n`}data: ${text}\n\n`;
}
