/**
 * Starts the server of a folder of `edge`, with no permission but the network's.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";

/** A server that runs. */
export interface EdgeServer extends AsyncDisposable {
  /** Where it listens, `http://127.0.0.1:40123/`. */
  readonly url: string;
}

/**
 * Starts `handler.js` in a process of its own, which ends when it is disposed of. Throws an error of kind "output"
 * with what it said where it does not start.
 */
export async function serveEdge(folder: string): Promise<EdgeServer> {
  const server = new Deno.Command(Deno.execPath(), {
    args: ["serve", "--no-prompt", "--host", "127.0.0.1", "--port", "0", "handler.js"],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const told = server.stderr.pipeThrough(new TextDecoderStream()).getReader();
  const stop = async () => {
    server.kill("SIGKILL");
    await server.status;
  };
  try {
    const url = await addressIn(told);
    // A server that nobody listens to would wait in the end.
    const drained = drain(told);
    return {
      url,
      async [Symbol.asyncDispose]() {
        await stop();
        await drained;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function addressIn(told: ReadableStreamDefaultReader<string>): Promise<string> {
  let said = "";
  for (;;) {
    const { value, done } = await told.read();
    if (done) break;
    said += value;
    const address = /http:\/\/127\.0\.0\.1:\d+\//.exec(said);
    if (address) return address[0];
  }
  throw new TunebookError("output", `edge: the server does not start: ${said.trim()}`);
}

async function drain(told: ReadableStreamDefaultReader<string>): Promise<void> {
  while (!(await told.read()).done);
}
