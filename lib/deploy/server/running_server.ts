/**
 * A deployed server as a process of its own, with nothing of this one's environment.
 *
 * @module
 */
import { join } from "node:path";
import { TunebookError } from "../../core/errors.ts";

/** How to start one. */
export interface StartedServer {
  readonly program: string;
  readonly args: readonly string[];
  /** The folder that it is started in. */
  readonly folder: string;
}

/**
 * Starts it in an empty home, without a variable of this process, and stops it when `work` has ended. An error of
 * kind "output", with what it said, where it does not start.
 */
export async function withServer<Result>(
  { program, args, folder }: StartedServer,
  work: (url: string) => Promise<Result>,
): Promise<Result> {
  const home = await Deno.makeTempDir({ prefix: "tunebook-home-" });
  const temporary = join(home, "tmp");
  await Deno.mkdir(temporary);
  const server = new Deno.Command(program, {
    args: args.map((each) => each.replace(temporaryFolder, temporary)),
    cwd: folder,
    clearEnv: true,
    env: {
      HOME: home,
      TMPDIR: temporary,
      DENO_DIR: join(home, "deno"),
      DENO_NO_UPDATE_CHECK: "1",
      NO_COLOR: "1",
    },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const errors = new Response(server.stderr).text();
  const told = server.stdout.pipeThrough(new TextDecoderStream()).getReader();
  try {
    const url = await addressIn(told);
    if (url === undefined) {
      throw new TunebookError(
        "output",
        `the server does not start: ${(await errors).trim()}`,
      );
    }
    return await work(url);
  } finally {
    try {
      server.kill("SIGKILL");
    } catch {
      // It has ended.
    }
    await server.status;
    await errors;
    while (!(await told.read()).done);
    await Deno.remove(home, { recursive: true });
  }
}

/** Stands in arguments for the folder of temporary files. */
export const temporaryFolder = "{temporary}";

/** The address that a server says it listens at; `undefined` where it ended before. */
async function addressIn(told: ReadableStreamDefaultReader<string>): Promise<string | undefined> {
  let said = "";
  for (;;) {
    const { value, done } = await told.read();
    if (done) return undefined;
    said += value;
    const address = /listening at (\S+)\n/.exec(said);
    if (address) return address[1];
  }
}
