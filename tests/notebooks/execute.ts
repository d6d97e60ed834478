/**
 * Executes notebooks in the real Deno kernel through nbclient.
 *
 * @module
 */
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf } from "../../lib/core/errors.ts";
import { type Jupyter, prepareJupyter } from "../../lib/cli/jupyter.ts";
import { type NotebookFile, readNotebook } from "./notebook_file.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));
const program = fileURLToPath(new URL("execute.py", import.meta.url));

/** How to execute. */
export interface ExecuteOptions {
  /** The kernels' working folder; `notebooks` unless given. */
  readonly cwd?: string;
  /** Notebooks that run at the same time; 1 unless given. */
  readonly together?: number;
  /** Sends SIGINT when this text appears in an output. */
  readonly interruptAt?: string;
}

/** Executes notebook files and returns what they hold afterwards; the files stay as they are. */
export async function execute(
  { python, env }: Jupyter,
  files: readonly string[],
  { cwd = join(project, "notebooks"), together = 1, interruptAt = "" }: ExecuteOptions = {},
): Promise<NotebookFile[]> {
  const folder = await Deno.makeTempDir();
  try {
    const targets = files.map((file, index) => join(folder, `${index}_${basename(file)}`));
    const { success, stderr } = await new Deno.Command(python, {
      args: [
        ...[program, String(together), cwd, interruptAt],
        ...files.flatMap((file, index) => [file, targets[index]]),
      ],
      env: { ...env },
      stdout: "null",
      stderr: "piped",
    }).output();
    if (!success) throw new Error(new TextDecoder().decode(stderr));
    return await Promise.all(targets.map(readNotebook));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Jupyter, or why the tests of notebooks cannot run here. */
export async function jupyterOrReason(): Promise<Jupyter | string> {
  try {
    return await prepareJupyter(project);
  } catch (error) {
    return messageOf(error);
  }
}

/** Registers a test that needs Jupyter; without Python it is ignored and says why. */
export function kernelTest(
  jupyter: Jupyter | string,
  name: string,
  run: (jupyter: Jupyter) => Promise<void>,
): void {
  if (typeof jupyter === "string") {
    console.warn(`cannot run here: ${name}: ${jupyter}`);
    Deno.test({
      name: `${name} (needs Jupyter: ${jupyter.split("\n")[0]})`,
      ignore: true,
      fn() {},
    });
  } else Deno.test(name, () => run(jupyter));
}
