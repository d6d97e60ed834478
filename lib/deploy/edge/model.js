/**
 * transformers.js with the files of this folder. They are imported, so that reading them needs no permission.
 *
 * @module
 */
__IMPORTS__;
import "./without_node.js";
import * as transformers from "./runtime/transformers.min.js";

const files = __FILES__;

/** Nobody answers at this address: the files are given from memory. */
const nowhere = "https://folder.invalid";
const { env } = transformers;
env.allowLocalModels = true;
env.allowRemoteModels = false;
env.localModelPath = "";
env.useBrowserCache = false;
env.useFSCache = false;
env.useWasmCache = true;
env.fetch = (url) => {
  const name = String(url).replace(nowhere, "").replace(/^\/+/, "");
  const found = Object.hasOwn(files, name) ? files[name] : undefined;
  const response = found
    ? new Response(found, { headers: { "content-length": String(found.length) } })
    : new Response(null, { status: 404 });
  return Promise.resolve(response);
};
const { wasm } = env.backends.onnx;
wasm.numThreads = 1;
wasm.wasmPaths = {
  mjs: `${nowhere}/runtime/ort-wasm-simd-threaded.mjs`,
  wasm: `${nowhere}/runtime/ort-wasm-simd-threaded.wasm`,
};

export { transformers };
