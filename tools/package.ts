/**
 * `deno task package [FOLDER]`: makes the npm package, JavaScript with declarations, and packs it into
 * FOLDER (`out/package` unless given) by `npm pack`.
 *
 * @module
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { packPackage } from "./package/pack_package.ts";

const project = fileURLToPath(new URL("..", import.meta.url));
const [folder = "out/package", ...others] = Deno.args;
if (others.length > 0) {
  console.error("usage: deno task package [FOLDER]");
  Deno.exit(2);
}
const { file, bytes, unpackedBytes, files } = await packPackage(project, resolve(folder));
const megabytes = (bytes: number) => (bytes / 1e6).toFixed(1);
console.log(
  `${file}: ${megabytes(bytes)} MB, ${files} files of ${megabytes(unpackedBytes)} MB together`,
);
