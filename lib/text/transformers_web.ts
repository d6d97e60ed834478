/**
 * transformers.js as browsers get it, with ONNX Runtime in WebAssembly, on one thread of this process.
 *
 * @module
 */
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { fetchPackage } from "../core/fetch_package.ts";

/** The library; its own types know the build for Node. */
export type TransformersJs = typeof import("@huggingface/transformers");

let loaded: Promise<TransformersJs> | undefined;

/** Loads it once. All its files come from this machine. */
export function transformersWeb(): Promise<TransformersJs> {
  return loaded ??= load();
}

async function load(): Promise<TransformersJs> {
  const reader = await Deno.realPath(await fetchPackage("@huggingface/transformers"));
  // As the library finds it: in a folder beside it, or in the cache of Deno.
  const entry = createRequire(join(reader, "package.json")).resolve("onnxruntime-web");
  const runtime = join(dirname(entry), "ort-wasm-simd-threaded.asyncify");
  const library: TransformersJs = await import(
    pathToFileURL(join(reader, "dist", "transformers.web.js")).href
  );
  const { env } = library;
  const factory = await Deno.readTextFile(`${runtime}.mjs`);
  // As the library changes it where it may: it would take Deno for Node and start threads.
  const inDeno = factory.replaceAll("globalThis.process?.versions?.node", "false");
  const mjs = `data:text/javascript,${encodeURIComponent(inDeno)}`;
  env.allowRemoteModels = false;
  env.allowLocalModels = true;
  env.useBrowserCache = false;
  // What is found as a text is not loaded again, as an address that only browsers import.
  env.useCustomCache = true;
  env.customCache = {
    match: (address: string) => Promise.resolve(address === mjs ? mjs : undefined),
    put: () => Promise.resolve(),
  };
  env.fetch = localFile;
  const { wasm } = env.backends.onnx as { wasm: Record<string, unknown> };
  wasm.numThreads = 1;
  wasm.wasmPaths = { mjs, wasm: pathToFileURL(`${runtime}.wasm`).href };
  return library;
}

async function localFile(from: string | URL | Request): Promise<Response> {
  const place = String(from);
  try {
    return new Response(await Deno.readFile(place.startsWith("file:") ? new URL(place) : place));
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return new Response("", { status: 404 });
  }
}
