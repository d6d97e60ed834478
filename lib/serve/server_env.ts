/**
 * What a request carries from one middleware to the next.
 *
 * @module
 */
import type { ServedModel } from "./served_base.ts";

/** The variables of a request's context. */
export interface ServerEnv {
  Variables: {
    /** In the header `x-request-id` of the answer, and in the log. */
    requestId: string;
    /** Aborted where the client has gone, the time is up or the server is stopped. */
    signal: AbortSignal;
    /** When the whole request had come, as `performance.now()` says. */
    receivedAt: number;
    /** The model that is asked, once it is known. */
    model?: ServedModel;
  };
}
