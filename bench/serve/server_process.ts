/**
 * A server as a process of its own, with what it takes of the machine.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { TextLineStream } from "../text_lines.ts";

/** A server that runs. */
export interface ServerProcess extends AsyncDisposable {
  readonly port: number;
  /** Milliseconds of the processor that all of its threads took so far. */
  processorMilliseconds(): number;
  /** Resident memory in MB. */
  residentMegabytes(): number;
  /** Sends a signal, waits for the end, and gives the code it ended with. */
  end(signal: "SIGTERM" | "SIGKILL"): Promise<number>;
}

const project = fileURLToPath(new URL("../../", import.meta.url));
const here = fileURLToPath(new URL(".", import.meta.url));
/** As Linux counts processor time for everybody. */
const ticksPerSecond = 100;

/** Starts `deno task serve` with these arguments. */
export function startOurServer(...args: readonly string[]): Promise<ServerProcess> {
  return startServerProcess(Deno.execPath(), [
    ...["run", "--allow-all", "--no-check", "--config", `${project}deno.json`],
    `${project}lib/cli/serve.ts`,
    ...args,
  ]);
}

/** Starts FastAPI with transformers: `peer_server.py` with these arguments. */
export function startPeerServer(
  python: string,
  ...args: readonly string[]
): Promise<ServerProcess> {
  return startServerProcess(python, [`${here}peer_server.py`, ...args]);
}

/** Starts a program and waits until it says where it listens. */
export async function startServerProcess(
  command: string,
  args: readonly string[],
): Promise<ServerProcess> {
  const child = new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const lines = child.stdout.pipeThrough(new TextDecoderStream()).pipeThrough(new TextLineStream());
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  void (async () => {
    for await (const line of lines) {
      const [, port] = /listening at http:\/\/[^:]+:(\d+)/.exec(line) ?? [];
      if (port) resolve(Number(port));
    }
    reject(new Error(`${command} ended before it listened`));
  })();
  const port = await promise;
  let isOver = false;
  void child.status.then(() => void (isOver = true));
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    if (!isOver) child.kill(signal);
    return (await child.status).code;
  };
  return {
    port,
    processorMilliseconds() {
      const stat = Deno.readTextFileSync(`/proc/${child.pid}/stat`);
      // After the program's name, which may have spaces: the 14th and 15th of all fields.
      const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      return 1000 * (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
    },
    residentMegabytes() {
      const status = Deno.readTextFileSync(`/proc/${child.pid}/status`);
      return Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024 / 1e6;
    },
    end,
    [Symbol.asyncDispose]: async () => void await end("SIGKILL"),
  };
}
