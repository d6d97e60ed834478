/**
 * Holds the model, so that the page stays quick while it computes.
 *
 * @module
 */
import * as transformers from "./runtime/transformers.min.js";
import { openModel } from "./answers.js";

/** A path, since transformers.js asks other servers for what has a protocol. */
const home = new URL("./", self.location.href).pathname;
const { env } = transformers;
env.allowLocalModels = true;
env.allowRemoteModels = false;
env.localModelPath = home;
// The service worker keeps files; twice would be too much.
env.useBrowserCache = false;
env.useWasmCache = false;

let model;

self.addEventListener("message", async ({ data: { id, settings, input } }) => {
  try {
    if (settings) return self.postMessage({ ready: await open(settings) });
    const answer = await model.ask(input, (text) => self.postMessage({ id, text }));
    self.postMessage({ id, answer });
  } catch (error) {
    self.postMessage({ id, error: String(error?.message ?? error) });
  }
});

/** Opens the model on the graphics processor where there is one, else on the processor, and says which. */
async function open(settings) {
  const progress_callback = progressOf();
  const hasGpu = await navigator.gpu?.requestAdapter().catch(() => null);
  const build = hasGpu ? ".asyncify" : "";
  useRuntime(build);
  let note = "";
  if (hasGpu) {
    try {
      model = await openModel(transformers, settings, { device: "webgpu", progress_callback });
      return { device: "WebGPU", build, note };
    } catch (error) {
      note = `WebGPU cannot run this model: ${error?.message ?? error}`;
    }
  }
  model = await openModel(transformers, settings, { device: "wasm", progress_callback });
  return { device: "WebAssembly", build, note };
}

/** Which build of ONNX Runtime is loaded: the one with WebGPU is twice as large. */
function useRuntime(build) {
  const file = `${home}runtime/ort-wasm-simd-threaded${build}`;
  env.backends.onnx.wasm.wasmPaths = { mjs: `${file}.mjs`, wasm: `${file}.wasm` };
}

/** Tells how many bytes of the model have come. */
function progressOf() {
  const loaded = new Map();
  return ({ status, file, loaded: bytes }) => {
    if (status !== "progress") return;
    loaded.set(file, bytes);
    self.postMessage({ loaded: loaded.values().reduce((sum, each) => sum + each, 0) });
  };
}
