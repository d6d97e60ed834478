/**
 * What endpoints are given.
 *
 * @module
 */
import type { TextBatches } from "../generate/text_batches.ts";
import type { ServeSettings } from "./serve_options.ts";
import type { Asked, ServedBase, ServedModel } from "./served_base.ts";
import type { Watch } from "./watch/open_watch.ts";

/** A model that was found, with the base that answers for it. */
export interface FoundModel {
  readonly base: ServedBase;
  readonly model: ServedModel;
}

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
  /** Tokens that were read and written, where they were counted. */
  readonly usage?: { readonly read: number; readonly written: number };
}

/** What endpoints share. */
export interface ServerParts {
  /** How much a request may ask. */
  readonly settings: ServeSettings;
  /**
   * The model of a name; the only one where a request names none. An error of status 404 that lists some
   * names where there is none of that name.
   */
  find(name: string | undefined): FoundModel;
  readonly models: readonly ServedModel[];
  /** Whether requests are taken: false once the server is being stopped. */
  readonly isReady: boolean;
  /**
   * Answers inputs in batches with other requests'. An error of status 429 where the queue is full, and of
   * kind "interrupted" where the signal is aborted.
   */
  ask(asked: readonly Asked[], signal: AbortSignal): Promise<unknown[]>;
  /** Writes texts in batches with other requests'. */
  readonly texts: TextBatches;
  /** Tells those who watch; settled when the request is stored, where that was asked for. */
  answered(request: AnsweredRequest): Promise<void>;
  /** Models that are watched, by their names. */
  readonly watches: ReadonlyMap<string, Watch>;
  /** The numbers of the server in Prometheus' text format. */
  metrics(): Promise<{ readonly type: string; readonly text: string }>;
}
