/**
 * Runs a program of others in a process of its own without any permission.
 *
 * @module
 */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { messageOf, TunebookError } from "../../core/errors.ts";
import { interruption } from "../../core/interruption.ts";
import { timerMilliseconds } from "../../core/timer_milliseconds.ts";
import { isRecord } from "../../core/objects.ts";
import { missingPermission } from "../../core/permissions.ts";
import type { CaseOutcome, CodeFailure, CodeReply, CodeTask } from "./code_task.ts";

/** Seconds beyond a program's own in which its process starts and ends itself. */
const graceSeconds = 30;
/** Bytes that a process may write, the reply among them. */
const mostBytes = 32e6;

/**
 * Calls the function of a program, once for each list of arguments. The program can read no file, no
 * environment and no address, start no process, and import nothing but what is built into Deno; it is
 * ended when its time or its memory is used up. What it writes is thrown away.
 *
 * @throws {TunebookError} of kind `input` where no process may be started, `device` where none can be,
 * `unsupported` in an executable of `deno compile`, and `interrupted` when the signal aborts.
 */
export async function runCode(
  task: Omit<CodeTask, "key">,
  signal?: AbortSignal,
): Promise<CodeReply> {
  if (signal?.aborted) throw interruption();
  const key = crypto.randomUUID();
  const child = start(task.maxMemoryBytes);
  let why: CodeFailure | undefined;
  const end = (failure?: CodeFailure) => {
    why ??= failure;
    kill(child);
  };
  const stop = () => end();
  signal?.addEventListener("abort", stop);
  const timer = setTimeout(
    () => end({ why: "time", message: "its time was over" }),
    timerMilliseconds(task.timeoutSeconds + graceSeconds),
  );
  try {
    const asking = ask(child, {
      ...task,
      timeoutSeconds: timerMilliseconds(task.timeoutSeconds) / 1000,
      key,
    });
    const tooMuch = () => end({ why: "silence", message: "it wrote more than it may" });
    const written = await textOf(child.stdout, tooMuch);
    await Promise.all([asking, child.status]);
    if (signal?.aborted) throw interruption();
    const failure = why ?? { why: "silence", message: "it ended without a reply" };
    return (why === undefined ? replyIn(written, key, task.inputs.length) : undefined) ??
      { outcomes: task.inputs.map((): CaseOutcome => ({ error: failure.message })), failure };
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", stop);
  }
}

const program = new URL("./sandbox_process.ts", import.meta.url);

function start(maxMemoryBytes: number): Deno.ChildProcess {
  if (Deno.build.standalone || program.protocol !== "file:") {
    throw new TunebookError(
      "unsupported",
      "code can be run only by Deno itself, and where tunebook lies in files",
    );
  }
  const file = fileURLToPath(program);
  const heapMegabytes = Math.ceil(maxMemoryBytes / 2 ** 20);
  try {
    return new Deno.Command(Deno.execPath(), {
      args: [
        "run",
        ...["--quiet", "--no-prompt", "--no-config", "--no-lock"],
        ...["--no-npm", "--no-remote", "--deny-import"],
        `--v8-flags=--max-old-space-size=${heapMegabytes}`,
        file,
      ],
      clearEnv: true,
      env: {
        // Nothing can lie under a file: Deno's own storage, which needs no permission, finds no place.
        DENO_DIR: join(file, "none"),
        DENO_NO_UPDATE_CHECK: "1",
        NO_COLOR: "1",
        ...(Deno.build.os === "windows" ? { SystemRoot: Deno.env.get("SystemRoot") ?? "" } : {}),
      },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
  } catch (error) {
    throw missingPermission(error) ??
      new TunebookError("device", `no process could be started: ${messageOf(error)}`, {
        cause: error,
      });
  }
}

function kill(child: Deno.ChildProcess): void {
  try {
    child.kill("SIGKILL");
  } catch {
    // it has ended by itself
  }
}

async function ask(child: Deno.ChildProcess, task: CodeTask): Promise<void> {
  const writer = child.stdin.getWriter();
  try {
    await writer.write(new TextEncoder().encode(JSON.stringify(task)));
    await writer.close();
  } catch {
    // the process has ended, and says nothing
  }
}

/** All that is written; once it is too much, the rest is thrown away. */
async function textOf(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  tooMuch: () => void,
): Promise<string> {
  const pieces: Uint8Array<ArrayBuffer>[] = [];
  let bytes = 0;
  for await (const piece of stream) {
    bytes += piece.length;
    if (bytes > mostBytes) tooMuch();
    else pieces.push(piece);
  }
  return await new Blob(pieces).text();
}

/** The reply behind the key; what the program wrote by itself is no reply. */
function replyIn(written: string, key: string, calls: number): CodeReply | undefined {
  const at = written.lastIndexOf(`\n${key}`);
  if (at < 0) return undefined;
  try {
    const reply = JSON.parse(written.slice(at + 1 + key.length)) as CodeReply;
    const isWhole = isRecord(reply) && Array.isArray(reply.outcomes) &&
      reply.outcomes.length === calls;
    return isWhole ? reply : undefined;
  } catch {
    return undefined; // the program wrote between its lines
  }
}
