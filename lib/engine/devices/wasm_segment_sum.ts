/**
 * The one kernel of training that tensorflow.js' wasm backend lacks: `UnsortedSegmentSum`, the
 * gradient of rows that were looked up, such as words of a table or the last token of each text.
 *
 * @module
 */
import { tf } from "../tf.ts";

type TypedArray = Float32Array | Int32Array;

/** What the kernel asks of the backend. */
interface WasmBackend {
  makeOutput(shape: readonly number[], dtype: tf.DataType): tf.TensorInfo;
  /** A view of the tensor's numbers, which they can be written into. */
  typedArrayFromHeap(tensor: tf.TensorInfo): TypedArray;
}

const kernelName = "UnsortedSegmentSum";

/**
 * Registers the kernel, once: x [n, …] and the numbers of n segments → [numSegments, …], each the sum of
 * its rows. A number that is no segment's adds to none, as on the other backends.
 */
export function registerWasmSegmentSum(): void {
  if (tf.getKernel(kernelName, "wasm")) return;
  tf.registerKernel({
    kernelName,
    backendName: "wasm",
    kernelFunc({ inputs, attrs, backend }) {
      const { x, segmentIds } = inputs as Record<"x" | "segmentIds", tf.TensorInfo>;
      const { numSegments } = attrs as unknown as { readonly numSegments: number };
      const wasm = backend as WasmBackend;
      const made = wasm.makeOutput([numSegments, ...x.shape.slice(1)], x.dtype);
      // Views are taken after memory was asked for, which may move the heap.
      const [rows, ids, sums] = [x, segmentIds, made].map((each) => wasm.typedArrayFromHeap(each));
      sums.fill(0);
      const width = sums.length / numSegments;
      ids.forEach((id, row) => {
        if (id < 0 || id >= numSegments) return;
        for (let i = 0; i < width; i++) sums[id * width + i] += rows[row * width + i];
      });
      return made;
    },
  });
}
