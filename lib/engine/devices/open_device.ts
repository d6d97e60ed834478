/**
 * Opens a device by name.
 *
 * @module
 */
import { shownValue } from "../../core/shown_value.ts";
import { checkOptions } from "../../core/check_options.ts";
import { type Rules, text } from "../../core/option_rules.ts";
import { resolve } from "node:path";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { didYouMean } from "../../core/nearest.ts";
import type { Program } from "../program.ts";
import { tf } from "../tf.ts";
import type { Device } from "./device.ts";
import { eagerDevice } from "./eager.ts";
import { onnxRuntime } from "./onnx_runtime.ts";
import type { Provider } from "./onnx_session.ts";
import { providerLack } from "./provider_lack.ts";
import { tfjsBackends } from "./tfjs_backends.ts";

const providers: readonly Provider[] = ["cpu", "webgpu", "cuda"];

/** Names that `openDevice` takes. */
export const deviceNames: readonly string[] = [
  "auto",
  ...providers,
  ...Object.keys(tfjsBackends).map((name) => `tfjs:${name}`),
];

/** Where to look for what a device needs. */
export interface OpenDeviceOptions {
  /** The folder whose `node_modules` has `@tensorflow/tfjs-node`; the working folder unless given. */
  readonly projectFolder?: string;
}

const rules: Rules<OpenDeviceOptions> = { projectFolder: text };

/** Side of the square matrices that a probe multiplies. */
const probeSize = 512;
/** Runs of a probe; the first one is not counted. */
const probeRuns = 4;

/**
 * Opens a device. `auto` tries the compiled devices, measures a few matrix products on each that
 * works, takes the fastest and says why. A device asked for by name that does not work is an error.
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
  const { projectFolder = "." } = options;
  if (name === "auto") return await fastestDevice();
  if (providers.includes(name as Provider)) {
    const device = onnxRuntime(name as Provider);
    if (name !== "cpu") await tryOut(name as Provider);
    return device;
  }
  const backend = name.startsWith("tfjs:") ? name.slice("tfjs:".length) : undefined;
  const start = backend !== undefined && Object.hasOwn(tfjsBackends, backend)
    ? tfjsBackends[backend]
    : undefined;
  if (start) {
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

async function fastestDevice(): Promise<Device> {
  const findings: string[] = [];
  let best: { provider: Provider; milliseconds: number } | undefined;
  for (const provider of providers) {
    try {
      const milliseconds = await tryOut(provider);
      findings.push(`${provider} ${milliseconds.toFixed(1)} ms`);
      if (!best || milliseconds < best.milliseconds) best = { provider, milliseconds };
    } catch (error) {
      const [line] = messageOf(error).split("\n");
      findings.push(line);
    }
  }
  if (best) return onnxRuntime(best.provider, `fastest for a probe: ${findings.join("; ")}`);
  throw new TunebookError("device", `no device works here: ${findings.join("; ")}`);
}

/** Probes a provider whose libraries are there. */
async function tryOut(provider: Provider): Promise<number> {
  const lack = providerLack(provider);
  if (lack) throw new TunebookError("device", `the device ${provider} does not work: ${lack}`);
  return await probe(onnxRuntime(provider));
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
    const data = new Float32Array(probeSize * probeSize).fill(1 / probeSize);
    let best = Infinity;
    for (let run = 0; run < probeRuns; run++) {
      const began = performance.now();
      const { sum } = await step.run({ x: { shape: [probeSize, probeSize], data } });
      if (Math.abs(sum.data[0] - probeSize) > 1) {
        throw new TunebookError("device", `${device.name} computes wrong numbers: ${sum.data[0]}`);
      }
      if (run > 0) best = Math.min(best, performance.now() - began);
    }
    return best;
  } finally {
    await step.dispose();
  }
}
