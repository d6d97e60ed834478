/**
 * What people judge, and what they may say of it.
 *
 * @module
 */

/** The ways to judge. */
export type FeedbackKind = "pair" | "ranking" | "thumbs" | "edit" | "label" | "spans";

/** The names of all kinds. */
export const feedbackKinds: readonly FeedbackKind[] = [
  "pair",
  "ranking",
  "thumbs",
  "edit",
  "label",
  "spans",
];

/** A labelled part of a text; offsets count code points, as Python does. */
export interface FeedbackSpan {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** A turn of a conversation. */
export interface FeedbackTurn {
  readonly role: string;
  readonly content: string;
}

/** Answers to a prompt: two or more for pairs and rankings, one for thumbs and for an answer to edit. */
export interface AnswersContent {
  readonly prompt: string | readonly FeedbackTurn[];
  readonly answers: readonly string[];
}

/** A text with the label or the spans that it has so far. */
export interface TextContent {
  readonly text: string;
  readonly label?: string | null;
  readonly spans?: readonly FeedbackSpan[];
}

/** What is shown of an item. */
export type FeedbackContent = AnswersContent | TextContent;

/**
 * What somebody says: the number of the better answer or `"tie"` (pair), the numbers of the answers from the best
 * to the worst (ranking), `"up"` or `"down"` (thumbs), the better answer (edit), a label, spans.
 */
export type FeedbackValue = number | string | readonly number[] | readonly FeedbackSpan[];

/** Something to judge. */
export interface FeedbackItem {
  /** Made of the kind and the content, so that it is the same whenever the rows are read. */
  readonly id: string;
  readonly kind: FeedbackKind;
  readonly content: FeedbackContent;
  /** The known answer, where it is there to see how well people judge. */
  readonly gold?: FeedbackValue;
  /** How little a model knows what to answer; larger is less sure. */
  readonly uncertainty?: number;
}
