/**
 * ONNX Runtime in a thread of its own: `runtime_thread.ts` starts it and sends it requests, which it
 * answers in their order.
 *
 * @module
 */
import { ort } from "../ort.ts";
import { messageOf } from "../../core/errors.ts";
import type { TypedArray } from "../tf.ts";

/** A tensor on its way between two threads. One over shared memory is not copied. */
export interface SentTensor {
  readonly type: ort.Tensor.Type;
  readonly data: TypedArray;
  readonly dims: readonly number[];
}

/** What the thread is asked; `session` is a number that the asker chose. */
export type Request =
  & { readonly id: number; readonly session: number }
  & (
    | {
      readonly kind: "open";
      readonly bytes: Uint8Array;
      readonly options: ort.InferenceSession.SessionOptions;
    }
    | {
      readonly kind: "run";
      readonly feeds: Readonly<Record<string, SentTensor>>;
      readonly fetches: Readonly<Record<string, SentTensor | null>>;
    }
    | { readonly kind: "release" }
  );

/** What it answers: results, but for those that were written into shared memory. */
export type WorkerReply =
  & { readonly id: number }
  & (
    | { readonly results: Readonly<Record<string, SentTensor>> }
    | { readonly error: string }
  );

const sessions = new Map<number, ort.InferenceSession>();
let last: Promise<unknown> = Promise.resolve();

const port = globalThis as unknown as {
  onmessage: (event: { data: Request }) => void;
  postMessage(reply: WorkerReply): void;
};
port.onmessage = ({ data: request }) => {
  last = last.then(async () => {
    const { id } = request;
    try {
      port.postMessage({ id, results: await serve(request) });
    } catch (error) {
      port.postMessage({ id, error: messageOf(error) });
    }
  });
};

async function serve(request: Request): Promise<Record<string, SentTensor>> {
  const { session: number } = request;
  if (request.kind === "open") {
    sessions.set(number, await ort.InferenceSession.create(request.bytes, request.options));
    return {};
  }
  const session = sessions.get(number)!;
  if (request.kind === "release") {
    sessions.delete(number);
    await session.release();
    return {};
  }
  const { feeds, fetches } = request;
  const results = await session.run(
    Object.fromEntries(Object.entries(feeds).map(([name, sent]) => [name, tensorOf(sent)])),
    Object.fromEntries(
      Object.entries(fetches).map(([name, sent]) => [name, sent && tensorOf(sent)]),
    ),
  );
  return Object.fromEntries(
    Object.entries(results).filter(([name]) => !fetches[name]).map((
      [name, { type, data, dims }],
    ) => [
      name,
      { type, data: data as TypedArray, dims },
    ]),
  );
}

function tensorOf({ type, data, dims }: SentTensor): ort.Tensor {
  const { buffer } = data;
  const isShared = buffer instanceof SharedArrayBuffer && data.length > 0;
  return new ort.Tensor(
    type as "float32",
    (isShared ? unshared(data) : data) as Float32Array,
    dims,
  );
}

/**
 * The same memory as an ordinary array: the runtime's binding refuses shared memory. The shared
 * array outlives it, since the request that holds it is served to its end.
 */
function unshared(data: TypedArray): TypedArray {
  const pointer = Deno.UnsafePointer.of(data as Float32Array<ArrayBuffer>)!;
  const buffer = Deno.UnsafePointerView.getArrayBuffer(pointer, data.byteLength);
  return new (data.constructor as Float32ArrayConstructor)(buffer);
}
