/**
 * A session that holds no frozen weights: it runs segment by segment, and each segment's weights are read from their
 * files, or gathered from the processes that hold them, for it, and freed after it.
 *
 * As accelerate's disk offload and the offload of ZeRO-Infinity (arXiv 2104.07857), but for no prefetching.
 *
 * @module
 */
import { ort } from "../ort.ts";
import { freeGiven } from "../../core/given_away.ts";
import { once } from "../../core/once.ts";
import { stopPoint } from "../../core/pauses.ts";
import type { Graph } from "../graph.ts";
import { cutSegments, type Segment } from "../passes/cut_segments.ts";
import { createSession, type Provider, type RuntimeOptions } from "./onnx_session.ts";
import type { Session } from "./session.ts";
import type { GatherWeight } from "./shared_weights.ts";

/** A segment that is ready to run. */
interface ReadySegment extends Segment {
  readonly session: Session;
}

/** How a graph is cut, and where its weights come from. */
interface OffloadContext {
  /** The most bytes of weights that a segment reads. */
  readonly maxBytes: number;
  /** What gathers the weights that are not read here, by name. */
  readonly gathered: ReadonlyMap<string, GatherWeight>;
}

/** Prepares a graph whose segments read at most `maxBytes` of weights each. */
export async function createOffloadedSession(
  provider: Provider,
  graph: Graph,
  options: RuntimeOptions,
  { maxBytes, gathered }: OffloadContext,
): Promise<Session> {
  const ready: ReadySegment[] = [];
  const release = once(async () => {
    for (const { session } of ready) await session.release();
  });
  try {
    for (const segment of cutSegments(graph, maxBytes)) {
      const session = await createSession(provider, segment.graph, options, { takesTurns: true });
      ready.push({ ...segment, session });
    }
  } catch (error) {
    await release();
    throw error;
  }
  return {
    async run(feeds, fetches, signal) {
      const values = new Map(Object.entries(feeds));
      const results: Record<string, ort.Tensor> = {};
      for (const segment of ready) {
        await stopPoint(signal);
        const made = await runSegment(segment, { values, fetches, gathered, signal });
        for (const [name, tensor] of Object.entries(made)) {
          if (name in fetches) results[name] = tensor;
          else values.set(name, tensor);
        }
        for (const name of segment.lastRead) {
          free(values.get(name)!);
          values.delete(name);
        }
      }
      return results;
    },
    release,
  };
}

async function runSegment(
  { graph, weights, session }: ReadySegment,
  { values, fetches, gathered, signal }: Pick<OffloadContext, "gathered"> & {
    readonly values: ReadonlyMap<string, ort.Tensor>;
    readonly fetches: Readonly<Record<string, ort.Tensor | null>>;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Record<string, ort.Tensor>> {
  const given: Record<string, ort.Tensor> = {};
  const read: Float32Array[] = [];
  try {
    for (const { name, type, shape } of graph.inputs) {
      const ofFile = weights.get(name);
      if (!ofFile) {
        given[name] = values.get(name)!;
        continue;
      }
      const numbers = await gathered.get(name)?.(signal) ?? ofFile() as Float32Array;
      read.push(numbers);
      given[name] = new ort.Tensor(type as "float32", numbers, shape);
    }
    return await session.run(
      given,
      Object.fromEntries(graph.outputs.map(({ name }) => [name, fetches[name] ?? null])),
    );
  } finally {
    for (const numbers of read) freeGiven(numbers);
  }
}

/** Frees what a segment gave: V8 lets dead arrays pile up. */
function free({ data }: ort.Tensor): void {
  const { buffer } = data as Float32Array;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
