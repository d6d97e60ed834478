/**
 * The requests that a server has begun, so that it can be stopped without losing one.
 *
 * @module
 */
import { RequestError } from "../http/request_error.ts";

/** What a server has begun. */
export interface RunningRequests {
  readonly count: number;
  /** Whether new requests are taken. */
  readonly isOpen: boolean;
  /** Aborted when what still runs is given up. */
  readonly signal: AbortSignal;
  /** Counts a request; what it returns is called when the last byte of its answer is gone. */
  begin(): () => void;
  /**
   * Takes no new ones, and waits so many seconds for those that run; what still runs then is aborted. Requests
   * that were on their way meanwhile are told so instead of being cut off.
   */
  close(seconds: number): Promise<void>;
}

/** For requests that clients sent before they knew: nothing came for so long. */
const quietMilliseconds = 100;
/** Clients that go on asking are not waited for any longer. */
const mostQuietWaits = 10;

/** Starts with none. */
export function runningRequests(): RunningRequests {
  const controller = new AbortController();
  let count = 0;
  let isOpen = true;
  let begunAt = -Infinity;
  let onIdle: (() => void) | undefined;
  return {
    get count() {
      return count;
    },
    get isOpen() {
      return isOpen;
    },
    signal: controller.signal,
    begin() {
      count++;
      begunAt = performance.now();
      let isOver = false;
      return () => {
        if (isOver) return;
        isOver = true;
        if (--count === 0) onIdle?.();
      };
    },
    async close(seconds) {
      isOpen = false;
      if (count > 0) {
        const { promise, resolve } = Promise.withResolvers<void>();
        onIdle = resolve;
        const timer = setTimeout(resolve, seconds * 1000);
        await promise;
        clearTimeout(timer);
        onIdle = undefined;
      }
      if (count > 0) controller.abort(stopping());
      let seen: number;
      let waits = 0;
      do {
        seen = begunAt;
        await new Promise((resolve) => setTimeout(resolve, quietMilliseconds));
      } while (seen !== begunAt && ++waits < mostQuietWaits);
    },
  };
}

/** Seconds after which another server may have taken over. */
const comeAgain = 5;

/** What requests are told while a server is being stopped. */
export function stopping(): RequestError {
  return new RequestError(503, "the server is being stopped", {
    code: "stopping",
    retryAfter: comeAgain,
    headers: { Connection: "close" },
  });
}
