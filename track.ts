/**
 * What follows runs: TensorBoard, MLflow, JSON Lines, and trackers of one's own.
 *
 * @module
 */
export { jsonLines } from "./lib/track/json_lines.ts";
export { mlflow, type MlflowOptions } from "./lib/track/mlflow.ts";
export { tensorBoard } from "./lib/track/tensor_board.ts";
export type { RunEnd, TrackedRun, TrackedValues, Tracker } from "./lib/track/tracker.ts";
