/**
 * What endpoints are given.
 *
 * @module
 */
import type { Asked, ServedBase, ServedModel } from "./served_base.ts";

/** What a request was answered with, for those who watch. */
export interface AnsweredRequest {
  readonly id: string;
  readonly model: ServedModel;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** From the last byte of the request to the first of the answer. */
  readonly milliseconds: number;
  readonly inputs: readonly unknown[];
  /** As `predict` gives them; of a model that writes its texts. */
  readonly answers: readonly unknown[];
}

/** What endpoints share. */
export interface ServerParts {
  /** The model of a name; an error of status 404 that lists some names where there is none. */
  find(name: string): { readonly base: ServedBase; readonly model: ServedModel };
  readonly models: readonly ServedModel[];
  /**
   * Answers inputs in batches with other requests'. An error of status 429 where the queue is full.
   */
  ask(asked: readonly Asked[], signal: AbortSignal): Promise<unknown[]>;
  /** Tells those who watch. */
  answered(request: AnsweredRequest): void;
}
