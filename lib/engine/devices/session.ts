/**
 * What a session of ONNX Runtime is to the devices, in this thread or in another.
 *
 * @module
 */
import type { ort } from "../ort.ts";

/** A graph that is ready to run. */
export interface Session {
  /** A run in a thread of its own is left behind when the signal aborts. */
  run(
    feeds: Record<string, ort.Tensor>,
    fetches: Record<string, ort.Tensor | null>,
    signal?: AbortSignal,
  ): Promise<Record<string, ort.Tensor>>;
  release(): Promise<void>;
}
