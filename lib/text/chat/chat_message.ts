/**
 * A conversation as templates take it.
 *
 * @module
 */

/** One turn. Fields beside these, such as `reasoning_content`, are the template's own. */
export interface ChatMessage {
  /** `system`, `user`, `assistant`, `tool`, or another that the template knows. */
  readonly role: string;
  readonly content?: string | null;
  /** The functions that the model calls. */
  readonly tool_calls?: readonly unknown[];
  readonly [field: string]: unknown;
}

/** A function that the model may call, as a JSON schema: `{ type: "function", function: { name, … } }`. */
export type ChatTool = Readonly<Record<string, unknown>>;
