/**
 * The server of `deno task notebook`, for a test.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** A running server. A dispose ends it. */
export interface NotebookServer extends AsyncDisposable {
  /** Its address, with a slash at the end. */
  readonly url: string;
  readonly token: string;
}

/** Starts the task and waits until it has printed its address. */
export async function startServer(): Promise<NotebookServer> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--no-check", join(project, "lib/cli/notebook.ts")],
      "--no-browser",
    ],
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const end = async () => {
    child.kill("SIGTERM");
    await child.status;
  };
  try {
    return { ...await addressOf(child), [Symbol.asyncDispose]: end };
  } catch (error) {
    await end();
    throw error;
  }
}

/** Reads until the address is printed; goes on reading, so that the server is never blocked. */
async function addressOf(child: Deno.ChildProcess): Promise<{ url: string; token: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ url: string; token: string }>();
  let text = "";
  const read = async () => {
    for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
      text += part;
      const found = /"Existing Jupyter Server": (\S+?)\?token=(\w+)\s/.exec(text);
      if (found) resolve({ url: found[1], token: found[2] });
    }
    reject(new Error(`no address was printed: ${text}`));
  };
  read().catch(reject);
  return await promise;
}
