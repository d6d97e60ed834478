/**
 * Makes tensorflow.js backends ready for use: `cpu`, `wasm`, `webgpu` and `tensorflow`.
 *
 * @module
 */
import { dirname } from "node:path";
import { createRequire } from "node:module";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { tf } from "../tf.ts";
import { loadTensorflow } from "./tensorflow_addon.ts";
import { registerWasmSegmentSum } from "./wasm_segment_sum.ts";

/**
 * Backend name → what makes it ready. Each throws an error that says what is missing.
 * `projectFolder` is where the user's own packages are.
 */
export const tfjsBackends: Readonly<Record<string, (projectFolder: string) => Promise<void>>> = {
  async cpu() {
    await import("@tensorflow/tfjs-backend-cpu");
    await activate("cpu");
  },
  async wasm() {
    const { setWasmPaths } = await import("@tensorflow/tfjs-backend-wasm");
    const entry = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm");
    setWasmPaths(`${dirname(entry)}/`);
    registerWasmSegmentSum();
    await activate("wasm");
  },
  async webgpu() {
    const gpu = (navigator as { gpu?: { requestAdapter(): Promise<unknown> } }).gpu;
    if (!gpu) {
      throw new TunebookError(
        "device",
        "tfjs:webgpu needs Deno's WebGPU: start Deno with --unstable-webgpu",
      );
    }
    if (!await gpu.requestAdapter()) {
      throw new TunebookError(
        "device",
        "tfjs:webgpu: no GPU adapter was found. Install the GPU's driver (on Linux with Vulkan)",
      );
    }
    await import("@tensorflow/tfjs-backend-webgpu");
    await activate("webgpu");
  },
  tensorflow: loadTensorflow,
};

async function activate(backend: string): Promise<void> {
  try {
    if (!await tf.setBackend(backend)) throw new Error("it reported no success");
    await tf.ready();
  } catch (error) {
    throw new TunebookError("device", `tfjs:${backend} did not start: ${messageOf(error)}`, {
      cause: error,
    });
  }
}
