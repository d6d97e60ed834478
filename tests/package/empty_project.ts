/**
 * A project on a machine that has never seen tunebook: an empty folder, an empty home and empty caches.
 *
 * @module
 */
import { join } from "node:path";

/** What a program left. */
export interface Outcome {
  readonly code: number;
  /** Both streams. */
  readonly output: string;
  readonly seconds: number;
}

/** The folder of the project and what runs in it. */
export interface EmptyProject extends AsyncDisposable {
  readonly folder: string;
  /** Variables of programs that run in it. */
  readonly env: Readonly<Record<string, string>>;
  /** Writes a file of the project. */
  write(path: string, text: string): Promise<void>;
  /** Runs a program in the project; without a network where `offline` says so. */
  run(
    program: string,
    args: readonly string[],
    options?: { readonly offline?: boolean; readonly env?: Readonly<Record<string, string>> },
  ): Promise<Outcome>;
}

/** Variables of this process that the programs have; all others are left out. */
const kept = ["PATH", "LANG", "SSL_CERT_FILE", "NODE_EXTRA_CA_CERTS", "DENO_CERT"];

/** On Linux: in a network of its own, which has nothing in it. */
const withoutNetwork = ["unshare", "--map-root-user", "--net"];
/** Elsewhere: by way of a port on which nobody listens. */
const refusingProxies = { HTTP_PROXY: "http://127.0.0.1:9", HTTPS_PROXY: "http://127.0.0.1:9" };

/** Makes one; `npmrc` goes into its home. A dispose removes all of it. */
export async function emptyProject(npmrc: string): Promise<EmptyProject> {
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "tunebook-empty-" }));
  const [folder, home] = [join(root, "project"), join(root, "home")];
  await Promise.all([Deno.mkdir(folder), Deno.mkdir(home)]);
  await Deno.writeTextFile(join(home, ".npmrc"), npmrc);
  const env = {
    ...Object.fromEntries(
      kept.flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name)!]] : []),
    ),
    HOME: home,
    DENO_DIR: join(root, "deno"),
    npm_config_cache: join(root, "npm"),
    NO_COLOR: "1",
    DENO_NO_UPDATE_CHECK: "1",
  };
  return {
    folder,
    env,
    write: (path, text) => Deno.writeTextFile(join(folder, path), text),
    async run(program, args, { offline = false, env: more = {} } = {}) {
      const began = performance.now();
      const isCut = offline && Deno.build.os === "linux";
      const [first, ...rest] = [...isCut ? withoutNetwork : [], program, ...args];
      const { code, stdout, stderr } = await new Deno.Command(first, {
        args: rest,
        cwd: folder,
        clearEnv: true,
        env: { ...env, ...offline ? refusingProxies : {}, ...more },
        stdin: "null",
      }).output();
      const text = new TextDecoder();
      return {
        code,
        output: text.decode(stdout) + text.decode(stderr),
        seconds: (performance.now() - began) / 1000,
      };
    },
    [Symbol.asyncDispose]: () => Deno.remove(root, { recursive: true }),
  };
}
