/**
 * A session whose frozen weights stay in their files: it runs segment by segment, and each segment's weights
 * are read for it and freed after it.
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

/** A segment that is ready to run. */
interface ReadySegment extends Segment {
  readonly session: Session;
}

/** Prepares a graph whose segments read at most `maxBytes` of weights each. */
export async function createOffloadedSession(
  provider: Provider,
  graph: Graph,
  options: RuntimeOptions,
  maxBytes: number,
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
        const made = await runSegment(segment, values, fetches);
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
  values: ReadonlyMap<string, ort.Tensor>,
  fetches: Readonly<Record<string, ort.Tensor | null>>,
): Promise<Record<string, ort.Tensor>> {
  const given: Record<string, ort.Tensor> = {};
  for (const { name, type, shape } of graph.inputs) {
    const read = weights.get(name);
    given[name] = read
      ? new ort.Tensor(type as "float32", read() as Float32Array, shape)
      : values.get(name)!;
  }
  try {
    return await session.run(
      given,
      Object.fromEntries(graph.outputs.map(({ name }) => [name, fetches[name] ?? null])),
    );
  } finally {
    for (const name of weights.keys()) freeGiven(given[name].data as Float32Array);
  }
}

/** Frees what a segment gave: V8 lets dead arrays pile up. */
function free({ data }: ort.Tensor): void {
  const { buffer } = data as Float32Array;
  if (buffer instanceof ArrayBuffer) buffer.transfer(0);
}
