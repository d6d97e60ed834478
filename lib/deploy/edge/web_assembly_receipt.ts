/** What a folder's own runtime, WebAssembly, answered beside the native one. */
export interface WebAssemblyReceipt {
  /** Inputs that were asked. */
  readonly inputs: number;
  /** The largest difference of a number in an answer, such as a probability. */
  readonly largestDifference: number;
}
