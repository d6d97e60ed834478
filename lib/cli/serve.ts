/**
 * `deno task serve FOLDER…`: trained models over HTTP, until it is stopped.
 *
 * @module
 */
import { messageOf, TunebookError } from "../core/errors.ts";
import { isLoopback } from "../core/loopback.ts";
import { say } from "../core/say.ts";
import { visibleLines } from "../core/visible.ts";
import "../engine/telemetry_off.ts";
import { serve } from "../pipeline/serve/serve.ts";
import type { Server } from "../serve/server.ts";
import { serveCommand, serveHelp } from "./serve_flags.ts";

/** Starts a server, says where it listens, waits until it has stopped, and returns the exit code. */
export async function serveModels(args: readonly string[]): Promise<number> {
  try {
    await serveUntilStopped(args);
    return 0;
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    console.error(`error: ${messageOf(error)}`);
    return 1;
  }
}

async function serveUntilStopped(args: readonly string[]): Promise<void> {
  const { sources, options, help } = await serveCommand(args);
  if (help) {
    console.log(serveHelp);
    return;
  }
  const server = await serve(sources, options);
  console.log(visibleLines(greeting(server)));
  const { host = "127.0.0.1", apiKeys = [] } = options;
  if (!isLoopback(host) && apiKeys.length === 0) {
    say(`note: who can reach ${host} can ask without a key; see --api-keys-file`);
  }
  stopOnSignals(server);
  await server.finished;
}

/** Models that are named one by one. */
const mostNames = 10;

function greeting({ url, models }: Server): string {
  const shown = models.slice(0, mostNames).join(", ");
  const more = models.length > mostNames ? ` and ${models.length - mostNames} more` : "";
  return `listening at ${url}\nmodels: ${shown}${more}\nendpoints: ${url}/docs\nprocess: ${Deno.pid}`;
}

/** The first signal stops in good order, the second one at once. */
function stopOnSignals(server: Server): void {
  let isStopping = false;
  const stop = () => {
    // As a shell counts it for Ctrl-C.
    const interrupted = 130;
    if (isStopping) Deno.exit(interrupted);
    isStopping = true;
    say("stopping: finishing what runs; once more to stop at once");
    void server.stop();
  };
  Deno.addSignalListener("SIGINT", stop);
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", stop);
  void server.finished.then(() => {
    Deno.removeSignalListener("SIGINT", stop);
    if (Deno.build.os !== "windows") Deno.removeSignalListener("SIGTERM", stop);
  });
}

if (import.meta.main) Deno.exitCode = await serveModels(Deno.args);
