/**
 * Opens a device by name.
 *
 * @module
 */
import { shownValue } from "../../core/shown_value.ts";
import { checkOptions } from "../../core/check_options.ts";
import { oneOf, type Rules, text } from "../../core/option_rules.ts";
import { resolve } from "node:path";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import { type Precision, type PrecisionName, precisionNames } from "../precision.ts";
import type { Program } from "../program.ts";
import { tf } from "../tf.ts";
import type { Device } from "./device.ts";
import { eagerDevice } from "./eager.ts";
import { onnxRuntime } from "./onnx_runtime.ts";
import type { Provider } from "./onnx_session.ts";
import {
  type OffloadOptions,
  offloadRule,
  segmentBytesOf,
  type SegmentOptions,
} from "./offload.ts";
import { providerLack } from "./provider_lack.ts";
import type { SharedWeights } from "./shared_weights.ts";
import { tfjsBackends } from "./tfjs_backends.ts";

const providers: readonly Provider[] = ["cpu", "webgpu", "cuda"];

/** Names that `openDevice` takes. */
export const deviceNames: readonly string[] = [
  "auto",
  ...providers,
  ...Object.keys(tfjsBackends).map((name) => `tfjs:${name}`),
];

/** How a device computes, and where to look for what it needs. */
export interface OpenDeviceOptions {
  /** The folder whose `node_modules` has `@tensorflow/tfjs-node`; the working folder unless given. */
  readonly projectFolder?: string;
  /**
   * What the products of programs are computed in: `float32` unless given; `float16`, mixed precision,
   * on a GPU by `webgpu` or `cuda`; `auto` measures both and takes the faster one.
   */
  readonly precision?: PrecisionName | undefined;
  /**
   * Leaves large frozen weights in their files and reads them segment by segment whenever a program runs, for
   * models that do not fit in memory; `cpu` alone. All are held unless given.
   */
  readonly offload?: OffloadOptions | undefined;
}

const rules: Rules<OpenDeviceOptions> = {
  projectFolder: text,
  precision: oneOf(precisionNames),
  offload: offloadRule,
};

/** Side of the square matrices that a probe multiplies. */
const probeSize = 512;
/** Each number of the matrix; all partial sums of the products are exact in float16. */
const probeNumber = 2 ** -5;
/** Share of the right sum by which a probe's may be off. */
const probeTolerance = 1e-3;
/** Runs of a probe; the first one is not counted. */
const probeRuns = 4;

/**
 * Opens a device. `auto` tries the compiled devices, measures a few matrix products on each that
 * works, takes the fastest and says why in the device's description; so does the precision `auto`. A
 * device asked for by name that does not work is an error, and so is `float16` where the device has none:
 * on processors, in tensorflow.js, and on a GPU whose WebGPU adapter lacks `shader-f16`; `offload` on any
 * device but `cpu` is one of kind "unsupported".
 *
 * @example
 * ```ts
 * import { openDevice } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const device = await openDevice("cpu");
 * assert.equal(device.name, "cpu");
 * ```
 */
export async function openDevice(
  name = "cpu",
  options: OpenDeviceOptions = {},
): Promise<Device> {
  if (typeof name !== "string") {
    throw new TunebookError(
      "input",
      `openDevice takes a device's name, openDevice("cpu"), but got ${shownValue(name)}`,
    );
  }
  checkOptions("openDevice", options, rules);
  const { projectFolder = ".", precision = "float32", offload } = options;
  if (offload) return await openOffloaded(name, precision, offload);
  if (name === "auto") return await fastestOf(providers, precision, "fastest for a probe");
  if (providers.includes(name as Provider)) return await openProvider(name as Provider, precision);
  const backend = name.startsWith("tfjs:") ? name.slice("tfjs:".length) : undefined;
  const start = backend !== undefined && Object.hasOwn(tfjsBackends, backend)
    ? tfjsBackends[backend]
    : undefined;
  if (start) {
    if (precision === "float16") throw cannotHalve(name, "tensorflow.js computes in float32");
    await start(resolve(projectFolder));
    return eagerDevice(name, backend!);
  }
  throw new TunebookError(
    "input",
    `there is no device "${name}"${didYouMean(name, deviceNames)}. Devices: ${
      deviceNames.join(", ")
    }`,
  );
}

/**
 * The device `cpu` for programs whose frozen weights lie in several processes: they run in segments of at most so many
 * megabytes, whose weights are gathered from there, or read from their files where they are not shared.
 *
 * @param where what the device's description says of it
 *
 * Throws an error of kind "unsupported" for another device than `cpu` and another precision than `float32`.
 */
export function openSharded(
  { device = "cpu", precision = "float32" }: Pick<OpenDeviceOptions, "precision"> & {
    readonly device?: string | undefined;
  },
  { megabytes, sharedWeights, where }: SegmentOptions & {
    readonly sharedWeights: SharedWeights;
    readonly where: string;
  },
): Device {
  if (precision === "float16") throw cannotHalve(device, slowOnProcessors);
  const segmentBytes = segmentBytesOf("shard", { megabytes }, device);
  return onnxRuntime("cpu", `${where}, ${megabytes} MB at once`, { segmentBytes, sharedWeights });
}

async function openOffloaded(
  name: string,
  precision: PrecisionName,
  offload: OffloadOptions,
): Promise<Device> {
  const segmentBytes = segmentBytesOf("offload", offload, name);
  if (precision === "float16") await tryOut("cpu", precision);
  return onnxRuntime("cpu", `frozen weights on disk, ${offload.megabytes} MB at once`, {
    segmentBytes,
  });
}

async function openProvider(provider: Provider, precision: PrecisionName): Promise<Device> {
  if (precision === "auto") {
    return provider === "cpu"
      ? onnxRuntime(provider, `in float32: ${slowOnProcessors}`)
      : await fastestOf([provider], precision, "faster for a probe");
  }
  if (provider !== "cpu" || precision === "float16") await tryOut(provider, precision);
  return onnxRuntime(provider, undefined, { precision });
}

/** The fastest of the providers that work, in the precision or in the faster one, and why. */
async function fastestOf(
  candidates: readonly Provider[],
  precision: PrecisionName,
  claim: string,
): Promise<Device> {
  const findings: string[] = [];
  let best: { provider: Provider; precision: Precision; milliseconds: number } | undefined;
  for (const provider of candidates) {
    for (const each of precisionsOf(provider, precision)) {
      try {
        const milliseconds = await tryOut(provider, each);
        const named = each === "float32" ? provider : `${provider} in ${each}`;
        findings.push(`${named} ${milliseconds.toFixed(1)} ms`);
        if (!best || milliseconds < best.milliseconds) {
          best = { provider, precision: each, milliseconds };
        }
      } catch (error) {
        const [line] = messageOf(error).split("\n");
        if (!findings.includes(line)) findings.push(line);
      }
    }
  }
  if (best) {
    const { provider, precision } = best;
    return onnxRuntime(provider, `${claim}: ${findings.join("; ")}`, { precision });
  }
  throw new TunebookError("device", `no device works here: ${findings.join("; ")}`);
}

function precisionsOf(provider: Provider, precision: PrecisionName): readonly Precision[] {
  if (precision !== "auto") return [precision];
  return provider === "cpu" ? ["float32"] : ["float32", "float16"];
}

/** Probes a provider whose libraries are there. */
async function tryOut(provider: Provider, precision: Precision): Promise<number> {
  if (provider === "cpu" && precision === "float16") throw cannotHalve(provider, slowOnProcessors);
  const lack = providerLack(provider);
  if (lack) throw new TunebookError("device", `the device ${provider} does not work: ${lack}`);
  try {
    return await probe(onnxRuntime(provider, undefined, { precision, quiet: true }));
  } catch (error) {
    // What ONNX Runtime says of a kernel with 16-bit floats on an adapter without shader-f16.
    if (precision === "float32" || !/requires f16/.test(messageOf(error))) throw error;
    throw cannotHalve(provider, "its adapter has no 16-bit floats (WebGPU's shader-f16)", error);
  }
}

const slowOnProcessors =
  "the runtime has no fast float16 on processors, it would widen every number first";

function cannotHalve(device: string, reason: string, cause?: unknown): TunebookError {
  return new TunebookError(
    "device",
    `the device ${device} does not compute in float16: ${reason}. Use precision "float32"`,
    cause === undefined ? {} : { cause },
  );
}

/** Milliseconds that a chain of matrix products takes. Throws where the device does not work. */
async function probe(device: Device): Promise<number> {
  const side = { role: "feed", type: "float32", shape: [probeSize, probeSize] } as const;
  const program: Program = {
    name: "probe",
    inputs: { x: side },
    compute: ({ x }) => ({ sum: tf.sum(tf.matMul(tf.matMul(x, x), x)) }),
  };
  const step = await device.compile(program, { frozen: () => new Float32Array() });
  try {
    const data = new Float32Array(probeSize * probeSize).fill(probeNumber);
    const wanted = probeSize ** 4 * probeNumber ** 3;
    let best = Infinity;
    for (let run = 0; run < probeRuns; run++) {
      const began = performance.now();
      const { sum } = await step.run({ x: { shape: [probeSize, probeSize], data } });
      if (Math.abs(sum.data[0] - wanted) > probeTolerance * wanted) {
        throw new TunebookError("device", `${device.name} computes wrong numbers: ${sum.data[0]}`);
      }
      if (run > 0) best = Math.min(best, performance.now() - began);
    }
    return best;
  } finally {
    await step.dispose();
  }
}
