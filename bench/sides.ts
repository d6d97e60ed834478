/**
 * The two sides of a measurement, each a process of its own that is spoken to line by line, so that
 * they take turns in one run and neither's memory or threads touch the other's.
 *
 * @module
 */
import { join } from "node:path";
import { TextLineStream } from "./text_lines.ts";

const here = import.meta.dirname!;
const environment = join(here, ".venv");
let python = join(environment, "bin", "python");

const restMilliseconds = 300;

/** A running side. */
export interface Side {
  ask(command: Record<string, unknown>): Promise<Record<string, unknown>>;
  stop(): Promise<void>;
}

const modules = ["torch", "transformers", "peft", "accelerate"];

/**
 * Installs PyTorch + PEFT into a virtual environment of their own, once.
 *
 * @param more what else must be there, as Python imports it
 */
export async function installPeer(...more: string[]): Promise<void> {
  const requirements = join(here, "requirements.txt");
  if (await succeeds(python, "-c", `import ${[...modules, ...more].join(", ")}`)) return;
  console.error("installing PyTorch, transformers and PEFT into bench/.venv …");
  await run("python3", "-m", "venv", environment);
  await run(python, "-m", "pip", "install", "--quiet", "-r", requirements);
}

/** Takes another Python, which has what the peer needs. */
export function usePython(interpreter: string): void {
  python = interpreter;
}

/**
 * Versions of the other side: Python, its packages as far as they are installed, and the compiler that
 * `torch.compile` takes.
 */
export async function peerVersions(): Promise<Record<string, string>> {
  const { success, stdout } = await new Deno.Command(python, {
    args: ["peer_versions.py"],
    cwd: here,
  })
    .output();
  if (!success) throw new Error(`${python} does not say its versions; is it Python 3.10 or newer?`);
  return JSON.parse(new TextDecoder().decode(stdout));
}

/** Starts PyTorch + PEFT: a script of this folder, with another Python where one is given. */
export function startPeer(
  script:
    | "peer.py"
    | "peer_trainer.py"
    | "peer_tasks.py"
    | "peer_generate.py"
    | "peer_language.py"
    | "peer_detection.py"
    | "peer_drawing.py"
    | "peer_labels.py"
    | "peer_explanations.py"
    | "peer_masks.py"
    | "peer_vision.py",
  interpreter: string = python,
): Side {
  return startSide(interpreter, [script]);
}

/**
 * Starts llama.cpp through node-llama-cpp, which is installed apart from this project.
 *
 * @param library the path of its `dist/index.js`
 */
export function startLlamaCpp(library: string): Side {
  const args = ["run", "--allow-all", "--no-config", "--node-modules-dir=manual"];
  return startSide(Deno.execPath(), [...args, "peer_llama_cpp.mjs", library]);
}

/** Opens a side and lets it prepare; a side that fails at it is stopped. */
export async function opened(
  start: () => Side,
  prepare: (side: Side) => Promise<unknown>,
): Promise<Side> {
  const side = start();
  try {
    await prepare(side);
    return side;
  } catch (error) {
    await side.stop();
    throw error;
  }
}

/** Our side of a measurement, a module of this folder. */
export type OurModule =
  | "our_process.ts"
  | "our_trainer.ts"
  | "our_tasks.ts"
  | "our_generate.ts"
  | "our_language.ts"
  | "our_soak.ts"
  | "our_explanations.ts"
  | "our_vision.ts";

/** Starts tunebook: a module of this folder. */
export function startOurs(module: OurModule): Side {
  return startSide(Deno.execPath(), ["run", "--allow-all", module]);
}

/** The peak resident memory of a side. */
export async function megabytesOf(side: Side): Promise<number> {
  return Number((await side.ask({ cmd: "memory" })).mb);
}

/** Lets the threads of the side that has just run go to sleep before the other side's turn. */
export async function rest(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, restMilliseconds));
}

/** Starts a program that answers commands line by line. */
export function startSide(command: string, args: string[]): Side {
  const child = new Deno.Command(command, {
    args,
    // Data packages that only the bench needs are installed here.
    cwd: here,
    stdin: "piped",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const writer = child.stdin.getWriter();
  const reader = child.stdout.pipeThrough(new TextDecoderStream())
    .pipeThrough(new TextLineStream()).getReader();
  const send = (message: unknown) =>
    writer.write(new TextEncoder().encode(JSON.stringify(message) + "\n"));
  return {
    async ask(message) {
      await send(message);
      const { value, done } = await reader.read();
      if (done) throw new Error(`${command} ended while it was asked for ${message.cmd}`);
      const answer = JSON.parse(value) as Record<string, unknown>;
      if (answer.error) throw new Error(`${command} says: ${answer.error}`);
      return answer;
    },
    async stop() {
      try {
        await send({ cmd: "stop" });
        await writer.close();
      } catch (error) {
        // It has ended already: what it was asked for last says so.
        if (!(error instanceof Deno.errors.BrokenPipe)) throw error;
      }
      await reader.cancel();
      await child.status;
    },
  };
}

async function succeeds(command: string, ...args: string[]): Promise<boolean> {
  try {
    const { success } = await new Deno.Command(command, { args, stderr: "null" }).output();
    return success;
  } catch {
    return false;
  }
}

async function run(command: string, ...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(command, { args, stdin: "null" }).spawn().status;
  if (!success) {
    console.error(`${command} ${args.join(" ")} failed; the bench needs Python 3.10 or newer`);
    Deno.exit(1);
  }
}
