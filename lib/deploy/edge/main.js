/**
 * Listens, for platforms that start a file.
 *
 * @module
 */
import handler from "./handler.js";

Deno.serve(handler.fetch);
