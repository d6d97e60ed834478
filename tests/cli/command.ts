/**
 * Runs the real command line, as a child process or here.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import { finetune as runCommand } from "../../lib/cli/finetune.ts";

const project = fileURLToPath(new URL("../../", import.meta.url));

/** What a command left. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How to run the command. */
export interface CommandOptions {
  /** The working folder; the project's unless given. */
  readonly cwd?: string;
  /** Called with all of standard error so far, whenever more comes. */
  onStderr?(text: string, child: Deno.ChildProcess): void;
}

/** Runs `deno task finetune` with arguments, in a pipe. */
export async function finetune(
  args: readonly string[],
  { cwd = project, onStderr }: CommandOptions = {},
): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--no-check", "--config", `${project}deno.json`],
      `${project}lib/cli/finetune.ts`,
      ...args,
    ],
    cwd,
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const stdout = new Response(child.stdout).text();
  let stderr = "";
  for await (const part of child.stderr.pipeThrough(new TextDecoderStream())) {
    stderr += part;
    onStderr?.(stderr, child);
  }
  const { code } = await child.status;
  return { code, stdout: await stdout, stderr };
}

/** Runs the same command in this process, where starting one is most of what it would cost. */
export async function finetuneHere(args: readonly string[], cwd: string): Promise<Outcome> {
  const { log, error } = console;
  const before = Deno.cwd();
  const [stdout, stderr]: string[][] = [[], []];
  Deno.chdir(cwd);
  console.log = (...line) => void stdout.push(`${line.join(" ")}\n`);
  console.error = (...line) => void stderr.push(`${line.join(" ")}\n`);
  try {
    const code = await runCommand(args);
    return { code, stdout: stdout.join(""), stderr: stderr.join("") };
  } finally {
    Object.assign(console, { log, error });
    Deno.chdir(before);
  }
}
