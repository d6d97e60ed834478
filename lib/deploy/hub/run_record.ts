/** What a run knows of itself beside the trained model. */
export interface RunRecord {
  /** Where the data came from; undefined for a table that was made in memory. */
  readonly data?: string | undefined;
  readonly examples: number;
  /** The models that it learned from beside the labels; absent where there were none. */
  readonly teachers?: readonly string[];
  readonly method: { readonly name: string; readonly settings: Readonly<Record<string, unknown>> };
  /** The settings of the training that were given. */
  readonly train: Readonly<Record<string, unknown>>;
  readonly scores: Readonly<Record<string, unknown>>;
  readonly intervals: Readonly<Record<string, { readonly low: number; readonly high: number }>>;
}
