/**
 * Unpacks a file that brotli packed: `unpack.js SOURCE TARGET`.
 *
 * @module
 */
import { brotliDecompressSync } from "node:zlib";

const [source, target] = Deno.args;
Deno.writeFileSync(target, brotliDecompressSync(Deno.readFileSync(source)));
