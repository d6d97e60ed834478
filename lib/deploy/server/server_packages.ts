/**
 * The npm packages that the server is made of, among all that tunebook imports.
 *
 * @module
 */

/** Those that its modules import, and the page of endpoints; a test compares them with what Deno finds. */
const names: ReadonlySet<string> = new Set([
  "@eslint-community/regexpp",
  "@hono/zod-openapi",
  "@huggingface/jinja",
  "@huggingface/tokenizers",
  "@jsquash/jpeg",
  "@tensorflow/tfjs-backend-cpu",
  "@tensorflow/tfjs-backend-wasm",
  "@tensorflow/tfjs-backend-webgpu",
  "@tensorflow/tfjs-core",
  "@uwdata/flechette",
  "arquero",
  "cli-progress",
  "csv-parse",
  "fast-png",
  "fastest-levenshtein",
  "franc-min",
  "hono",
  "hyparquet",
  "hyparquet-compressors",
  "lz4js",
  "ml-matrix",
  "munkres",
  "oniguruma-to-es",
  "onnx-proto",
  "onnxruntime-node",
  "prom-client",
  "sharp",
  "swagger-ui-dist",
  "vega",
  "vega-lite",
]);

/** The name and the version of `npm:@jsquash/jpeg@1.6.0/decode.js`. */
const address = /^npm:((?:@[^/@]+\/)?[^/@]+)@[^/]+/;

/** An import map cut down to the server's packages. */
export function serverImports(imports: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(imports).filter(([, target]) => names.has(address.exec(target)?.[1] ?? "")),
  );
}

/** The packages of an import map as a lock file names them, each once: `npm:@jsquash/jpeg@1.6.0`. */
export function specifiersOf(imports: Readonly<Record<string, string>>): string[] {
  return [...new Set(Object.values(imports).map((target) => address.exec(target)![0]))];
}
