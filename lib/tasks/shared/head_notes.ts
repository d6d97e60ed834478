/**
 * What the files of a trained model say of its head beside its weights.
 *
 * @module
 */

/** What a task is made of where nobody says its settings. */
export interface HeadNotes {
  /** How many numbers the head gives, or for each token. */
  readonly outputs: number;
  /** What they mean, where tunebook wrote the folder: `single`. */
  readonly kind?: string | undefined;
  /** transformers' `problem_type`. */
  readonly problemType?: unknown;
}
