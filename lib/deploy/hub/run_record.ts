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
  /** Tests of the model's behaviour; absent where none was asked for. */
  readonly probes?: readonly ProbeRecord[];
}

/** What came of a test of behaviour. */
export interface ProbeRecord {
  readonly name: string;
  readonly kind: string;
  readonly cases: number;
  /** The share of cases that failed, with its 95 % interval, and the share that may. */
  readonly rate: number;
  readonly low: number;
  readonly high: number;
  readonly mostFailures: number;
  readonly passed: boolean;
}
