/**
 * Jupyter for this project: a virtual environment with pinned versions, and a kernel specification
 * that starts the Deno that runs this. All of it lies in `.tunebook/jupyter`; nothing is written to
 * the home folder.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../core/atomic.ts";
import { messageOf, TunebookError } from "../core/errors.ts";

const requirementsFile = fileURLToPath(new URL("jupyter_requirements.txt", import.meta.url));
/** The oldest Python that the pinned JupyterLab runs on. */
const oldestPython = [3, 10];

/** An environment that is ready. */
export interface Jupyter {
  /** The Python of the environment. */
  readonly python: string;
  /** Variables under which its programs find the kernel and keep their files in the project. */
  readonly env: Readonly<Record<string, string>>;
}

/** Where Jupyter and its files are kept, for the project in `folder`. */
export function jupyterFolder(folder: string): string {
  return join(folder, ".tunebook", "jupyter");
}

/**
 * Makes the environment ready, installing what is missing. Throws a `TunebookError` of kind "device"
 * where there is no fitting Python, and of kind "download" where pip fails.
 */
export async function prepareJupyter(
  project: string,
  say: (line: string) => void = console.error,
): Promise<Jupyter> {
  const folder = jupyterFolder(project);
  const environment = join(folder, "environment");
  const python = Deno.build.os === "windows"
    ? join(environment, "Scripts", "python.exe")
    : join(environment, "bin", "python");
  await install(folder, environment, python, say);
  await writeKernel(join(folder, "path", "kernels", "deno"));
  await writeLabSettings(join(environment, "share", "jupyter", "lab", "settings"));
  return {
    python,
    env: {
      JUPYTER_CONFIG_DIR: join(folder, "config"),
      JUPYTER_DATA_DIR: join(folder, "data"),
      JUPYTER_RUNTIME_DIR: join(folder, "runtime"),
      JUPYTER_PATH: join(folder, "path"),
      JUPYTERLAB_SETTINGS_DIR: join(folder, "lab", "settings"),
      JUPYTERLAB_WORKSPACES_DIR: join(folder, "lab", "workspaces"),
      IPYTHONDIR: join(folder, "ipython"),
    },
  };
}

/** Installs what is missing. Of two programs that start at once one installs, the other waits. */
async function install(
  folder: string,
  environment: string,
  python: string,
  say: (line: string) => void,
): Promise<void> {
  const wanted = await Deno.readTextFile(requirementsFile);
  const receipt = join(environment, "installed.txt");
  if (await textOf(receipt) === wanted) return;
  const own = await findPython();
  await Deno.mkdir(folder, { recursive: true });
  using lock = await Deno.open(join(folder, "install.lock"), { create: true, write: true });
  await lock.lock(true);
  if (await textOf(receipt) === wanted) return;
  say(`installing Jupyter into ${environment} …`);
  const { code, output } = await call(own, ["-m", "venv", "--clear", environment]);
  if (code !== 0) {
    throw new TunebookError(
      "device",
      `Python could not make a virtual environment in ${environment}; on Debian and Ubuntu ` +
        `install the package python3-venv:\n${output}`,
    );
  }
  const installed = await call(python, [
    ...["-m", "pip", "install", "--quiet", "--no-cache-dir", "--disable-pip-version-check"],
    ...["--requirement", requirementsFile],
  ]);
  if (installed.code !== 0) {
    throw new TunebookError("download", `pip could not install Jupyter:\n${installed.output}`);
  }
  await Deno.writeTextFile(receipt, wanted);
}

/**
 * JupyterLab asks at its first start whether it may fetch news, and each new project is a first
 * start. Both are off here: tunebook works offline. What a person sets in JupyterLab goes before.
 */
async function writeLabSettings(folder: string): Promise<void> {
  const overrides = {
    "@jupyterlab/apputils-extension:notification": {
      fetchNews: "false",
      checkForUpdates: false,
    },
  };
  await Deno.mkdir(folder, { recursive: true });
  await writeFileAtomic(join(folder, "overrides.json"), JSON.stringify(overrides, null, 2));
}

/** Writes the specification at every start: Deno may have moved since the last one. */
async function writeKernel(folder: string): Promise<void> {
  const specification = {
    argv: [Deno.execPath(), "jupyter", "--kernel", "--conn", "{connection_file}"],
    display_name: "Deno",
    language: "typescript",
    // The kernel grants all permissions by itself. Colours would be escape codes in saved text.
    env: { NO_COLOR: "1" },
  };
  // Another program of this project may be reading the file of before.
  await writeFileAtomic(join(folder, "kernel.json"), JSON.stringify(specification, null, 2));
}

/** The command of a Python that is new enough. */
async function findPython(): Promise<string> {
  const found: string[] = [];
  for (const command of ["python3", "python"]) {
    const script = "import sys; print('%d.%d' % sys.version_info[:2])";
    const { code, output } = await call(command, ["-c", script]);
    if (code !== 0) continue;
    const [major, minor] = output.trim().split(".").map(Number);
    if (major === oldestPython[0] && minor >= oldestPython[1]) return command;
    found.push(`${command} is ${output.trim()}`);
  }
  throw new TunebookError(
    "device",
    `notebooks need Python ${oldestPython.join(".")} or newer for Jupyter` +
      `${found.length > 0 ? `, but ${found.join(", ")}` : "; there is none on the PATH"}. ` +
      "Install it from https://www.python.org, or with the system's package manager.",
  );
}

async function call(command: string, args: readonly string[]) {
  try {
    const { code, stdout, stderr } = await new Deno.Command(command, { args: [...args] }).output();
    const text = new TextDecoder();
    return { code, output: text.decode(stdout) + text.decode(stderr) };
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return { code: 1, output: messageOf(error) };
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch {
    return undefined;
  }
}
