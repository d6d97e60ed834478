/**
 * transformers.js and ONNX Runtime's builds for browsers, out of their npm packages.
 *
 * @module
 */
import { createRequire } from "node:module";
import { basename, dirname, join } from "node:path";
import { writeFileAtomic } from "../../core/atomic.ts";
import { fetchPackage } from "../../core/fetch_package.ts";

/** A build of ONNX Runtime in WebAssembly: with WebGPU, or the smaller one without. */
export type RuntimeBuild = ".asyncify" | "";

const library = "@huggingface/transformers";

/** Copies transformers.js in one file and the builds into `runtime`, and their licences into `licences.txt`. */
export async function copyRuntime(folder: string, builds: readonly RuntimeBuild[]): Promise<void> {
  // The package that it needs lies beside it, whichever version others have.
  const reader = await Deno.realPath(await fetchPackage(library));
  const runtime = await runtimeFolder(reader);
  const home = join(folder, "runtime");
  await Deno.mkdir(home);
  const copies = [
    join(reader, "dist", "transformers.min.js"),
    ...builds.flatMap((build) =>
      ["mjs", "wasm"].map((end) => join(runtime, "dist", `ort-wasm-simd-threaded${build}.${end}`))
    ),
  ];
  for (const from of copies) await Deno.copyFile(from, join(home, basename(from)));
  await writeFileAtomic(join(folder, "licences.txt"), await licences(reader));
}

async function runtimeFolder(reader: string): Promise<string> {
  const require = createRequire(join(reader, "package.json"));
  return dirname(dirname(await Deno.realPath(require.resolve("onnxruntime-web"))));
}

async function licences(reader: string): Promise<string> {
  const version = async (folder: string) =>
    JSON.parse(await Deno.readTextFile(join(folder, "package.json"))).version;
  const runtime = await runtimeFolder(reader);
  return `transformers.js ${await version(reader)} (https://github.com/huggingface/transformers.js)
under the licence below, and ONNX Runtime ${await version(
    runtime,
  )} (https://github.com/microsoft/onnxruntime)
under the MIT licence, Copyright (c) Microsoft Corporation.

${await Deno.readTextFile(join(reader, "LICENSE"))}
${mitLicence}`;
}

const mitLicence = `MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated
documentation files (the "Software"), to deal in the Software without restriction, including without limitation
the rights to use, copy, modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and
to permit persons to whom the Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of
the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO
THE WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT,
TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
`;
