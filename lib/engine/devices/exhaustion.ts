/**
 * What to do when a device ran out of memory, or the disk of temporary files out of space.
 *
 * @module
 */
import { messageOf, TunebookError } from "../../core/errors.ts";

/** What JavaScript, ONNX Runtime, TensorFlow and CUDA say when they get no memory. */
const noMemory = new RegExp(
  [
    "std::bad_alloc",
    "out of memory",
    "OUT_OF_MEMORY",
    "Failed to allocate memory",
    "BFCArena",
    "_ALLOC_FAILED",
    "OOM when allocating",
    "Array buffer allocation failed",
    "Invalid typed array length",
  ].join("|"),
  "i",
);
/** What systems say when a disk or a person's share of it is full. */
const noSpace = /\bENOSPC\b|\bEDQUOT\b|No space left|Disk quota exceeded|not enough space/i;

/**
 * The error to throw where something ran out, or `undefined` where `error` says something else.
 *
 * @param what what was tried, and where
 */
export function exhaustion(what: string, error: unknown): TunebookError | undefined {
  const message = messageOf(error);
  if (noSpace.test(message) || (error as { code?: unknown } | undefined)?.code === "ENOSPC") {
    return new TunebookError(
      "output",
      `${what}: the disk of temporary files is full. Free some space, or set TMPDIR to a folder on ` +
        `another disk. (${message})`,
      { cause: error },
    );
  }
  if (!noMemory.test(message)) return undefined;
  return new TunebookError(
    "memory",
    `${what}: out of memory. Use a smaller batchSize with more accumulation steps, ` +
      `gradientCheckpointing, fewer maxTokens, or a smaller model. (${message})`,
    { cause: error },
  );
}
