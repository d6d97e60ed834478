/**
 * Sessions of ONNX Runtime: a graph becomes one, and runs.
 *
 * @module
 */
import { ort } from "../ort.ts";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { once } from "../../core/once.ts";
import type { Graph } from "../graph.ts";
import type { HeldWeights } from "./device.ts";
import type { Precision } from "../precision.ts";
import { exhaustion } from "./exhaustion.ts";
import { openInThread } from "./runtime_thread.ts";
import { processorThreads } from "./processor_threads.ts";
import type { Session } from "./session.ts";
import type { SharedWeights } from "./shared_weights.ts";
import { ExternalDataFile, externalDataFile } from "./external_data_file.ts";

/** The execution providers of the npm package. */
export type Provider = "cpu" | "webgpu" | "cuda";

/** Severities from which on the runtime prints. */
const [errors, fatal] = [3, 4] as const;

/** What a measurement may ask of the runtime. */
export interface RuntimeOptions {
  /** Threads of a step; unless given, what `TUNEBOOK_THREADS` says, else one for each core. */
  readonly threads?: number;
  /** Each session writes a profile to a file whose path starts so. */
  readonly profile?: string;
  /** Runs graphs as they were traced: standard operators, no passes, no fusions of the runtime. */
  readonly plain?: boolean;
  /**
   * Sessions run in a thread of their own, so that signals are heard while a step runs. Unless given,
   * the device `cpu` does so in notebooks, where a stop button waits for nobody.
   */
  readonly apart?: boolean;
  /** What the products of programs are computed in; `float32` unless given. */
  readonly precision?: Precision;
  /** Failures are thrown alone, and not printed by the runtime as well. */
  readonly quiet?: boolean;
  /** Programs with more bytes of large frozen weights run in segments that have at most so many each. */
  readonly segmentBytes?: number | undefined;
  /** Programs with weights of these run in segments in any case, and gather them from other processes. */
  readonly sharedWeights?: SharedWeights | undefined;
}

/** What a device of a provider says of itself: its precision, and why it was chosen. */
export function inPrecision(
  provider: Provider,
  reason: string | undefined,
  precision: Precision = "float32",
): { readonly description: string; readonly precision: Precision } {
  const named = precision === "float32" ? provider : `${provider} in ${precision}`;
  return { description: reason ? `${named} (${reason})` : named, precision };
}

/** Output name → where its numbers are left. */
export type OutputLocations = Readonly<Record<string, "cpu" | "gpu-buffer">>;

/** Where outputs are left, and what keeps the weights when the session is ready. */
export interface SessionPlaces {
  /** Without it all outputs come to host memory. */
  readonly locations?: OutputLocations;
  /** Without it the weights are in a file that is removed when the session is ready. */
  readonly held?: HeldWeights;
  /** True for one of several sessions that run in turns: it keeps neither memory nor threads busy between. */
  readonly takesTurns?: boolean;
}

/**
 * Prepares a graph.
 *
 * @throws TunebookError of the kind `device` or `memory`
 */
export async function createSession(
  provider: Provider,
  graph: Graph,
  { threads = processorThreads(), profile, plain, apart, quiet }: RuntimeOptions,
  { locations, held, takesTurns = false }: SessionPlaces = {},
): Promise<Session> {
  const unprepared = (error: unknown) =>
    explain(provider, `${graph.name} could not be prepared`, error);
  const file = held ? externalDataFile(held) : new ExternalDataFile(false);
  try {
    const { bytes, folder } = await file.write(graph);
    const sessionOptions: ort.InferenceSession.SessionOptions = {
      executionProviders: [provider],
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
      ...(profile === undefined ? {} : { enableProfiling: true, profileFilePrefix: profile }),
      ...(locations === undefined ? {} : { preferredOutputLocation: locations }),
      graphOptimizationLevel: plain ? "disabled" : "all",
      enableMemPattern: false,
      ...(takesTurns ? { enableCpuMemArena: false } : {}),
      logSeverityLevel: quiet ? fatal : errors,
      extra: {
        session: {
          ...(folder === undefined ? {} : { model_external_initializers_file_folder_path: folder }),
          ...(takesTurns ? { force_spinning_stop: "1" } : {}),
        },
      },
    };
    if (apart) return await openInThread(bytes, sessionOptions);
    const session = await ort.InferenceSession.create(bytes, sessionOptions);
    return {
      run: async (feeds, fetches) =>
        await session.run(feeds, fetches) as Record<string, ort.Tensor>,
      release: once(() => session.release()),
    };
  } catch (error) {
    throw unprepared(error);
  } finally {
    if (!held) await file.dispose();
  }
}

/**
 * Runs a session. `fetches` names the outputs, each with the tensor to write it into or `null`.
 *
 * @throws TunebookError of the kind `device` or `memory`, with the name of what failed
 */
export async function runSession(
  provider: Provider,
  name: string,
  session: Session,
  feeds: Record<string, ort.Tensor>,
  fetches: Record<string, ort.Tensor | null>,
  signal?: AbortSignal,
): Promise<Record<string, ort.Tensor>> {
  try {
    return await session.run(feeds, fetches, signal);
  } catch (error) {
    throw explain(provider, `${name} failed`, error);
  }
}

function explain(provider: Provider, what: string, error: unknown): TunebookError {
  if (error instanceof TunebookError) return error;
  const message = messageOf(error);
  if (/WebGPU adapter/.test(message)) {
    return new TunebookError(
      "device",
      `the device ${provider} does not work: no GPU was found that WebGPU can use`,
      { cause: error },
    );
  }
  const place = `${what} on the device ${provider}`;
  return exhaustion(place, error) ??
    new TunebookError("device", `${place}: ${message}`, { cause: error });
}
