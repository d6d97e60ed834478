/**
 * A server of a toy as a process, so that it may have few files open.
 */
import { serveSettings } from "../../lib/serve/serve_options.ts";
import { startServer } from "../../lib/serve/server.ts";
import { toyBase } from "./toy_base.ts";

// As the command does; Deno 2.9.6 ends where its first signal finds no room for a file.
Deno.addSignalListener("SIGTERM", () => Deno.exit());
const server = await startServer([toyBase("a")], serveSettings({ port: 0 }));
console.log(`listening at ${server.url}`);
await server.finished;
