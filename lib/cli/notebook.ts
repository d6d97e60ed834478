/**
 * `deno task notebook`: JupyterLab with the Deno kernel on a copy of `notebooks/`. Further arguments
 * go to JupyterLab.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf, TunebookError } from "../core/errors.ts";
// Kernels have the variables of this process.
import "../engine/telemetry_off.ts";
import { prepareJupyter } from "./jupyter.ts";
import { copyNotebooks, workingFolder } from "./working_copy.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const millisecondsBetweenLooks = 200;
const tokenBytes = 24;

/** Runs JupyterLab until it is stopped; returns its exit code. */
export async function notebook(args: readonly string[]): Promise<number> {
  const { python, env } = await prepareJupyter(project);
  const folder = join(project, workingFolder);
  const { kept } = await copyNotebooks(join(project, "notebooks"), folder);
  for (const path of kept) {
    console.error(
      `${
        join(workingFolder, path)
      } has changes of yours, and there is a newer tutorial: delete or ` +
        "rename yours to get it",
    );
  }
  const token = crypto.getRandomValues(new Uint8Array(tokenBytes)).toHex();
  const child = new Deno.Command(python, {
    args: [
      ...["-m", "jupyterlab", "--log-level=WARN", `--ServerApp.root_dir=${folder}`],
      "--KernelSpecManager.allowed_kernelspecs=deno",
      "--KernelSpecManager.ensure_native_kernel=False",
      "--MultiKernelManager.default_kernel_name=deno",
      "--LabApp.news_url=None",
      "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
      // Looking for language servers starts npm, which writes a log into the home folder.
      "--LanguageServerManager.autodetect=False",
      // In a container everybody is root; the server listens on this machine only, with a token.
      ...(Deno.build.os !== "windows" && Deno.uid() === 0 ? ["--allow-root"] : []),
      ...args,
    ],
    cwd: folder,
    env: { ...env, JUPYTER_TOKEN: token },
  }).spawn();
  // The terminal sends Ctrl-C to the server as well, which asks and then ends.
  Deno.addSignalListener("SIGINT", () => {});
  if (Deno.build.os !== "windows") Deno.addSignalListener("SIGTERM", () => child.kill("SIGTERM"));
  let ended = false;
  const status = child.status.finally(() => ended = true);
  const sayAddress = async () => {
    while (!ended) {
      const url = await serverWith(token, env.JUPYTER_RUNTIME_DIR);
      if (url) {
        console.log(`JupyterLab: ${url}lab?token=${token}`);
        console.log(`VS Code, "Existing Jupyter Server": ${url}?token=${token}`);
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, millisecondsBetweenLooks));
    }
  };
  await sayAddress();
  return (await status).code;
}

/** The address of the running server that has the token. */
async function serverWith(token: string, folder: string): Promise<string | undefined> {
  try {
    for await (const { name } of Deno.readDir(folder)) {
      if (!/^jpserver-.*\.json$/.test(name)) continue;
      const server = JSON.parse(await Deno.readTextFile(join(folder, name)));
      if (server.token === token) return server.url;
    }
  } catch {
    // The folder or the file is not whole yet.
  }
  return undefined;
}

if (import.meta.main) {
  try {
    Deno.exit(await notebook(Deno.args));
  } catch (error) {
    if (!(error instanceof TunebookError)) throw error;
    console.error(`error: ${messageOf(error)}`);
    Deno.exit(1);
  }
}
