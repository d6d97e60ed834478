/** What a deployed server answered beside the trained model. */
export interface ServerReceipt {
  /** Held-out inputs that were asked; 0 for tasks whose answers are drawn. */
  readonly inputs: number;
  /** The largest difference of a number in an answer, such as a probability. */
  readonly largestDifference: number;
}
