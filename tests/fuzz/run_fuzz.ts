/**
 * Tries damaged inputs in a child process with limits of time and memory; a child that exceeds one is
 * killed and the next one goes on behind the case.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { ChildLine } from "./fuzz_child.ts";

/** Which cases are tried. */
export interface FuzzOptions {
  readonly seed: number;
  /** The first case. */
  readonly from: number;
  /** One more than the last case. */
  readonly to: number;
  /** Only the cases of this reader. */
  readonly reader?: string | undefined;
  /** Called after each case. */
  onCase?(found: FuzzFinding): void;
}

/** What one case did. */
export interface FuzzFinding {
  readonly number: number;
  readonly reader: string;
  readonly file: string;
  readonly how: string;
  readonly outcome: "read" | "refused" | "failed";
  readonly fault?: string;
  readonly message?: string;
  readonly milliseconds: number;
  readonly megabytes: number;
}

/** Seconds that a case may take. */
export const mostSeconds = 10;
/** Memory that the process may take. */
export const mostMegabytes = 2048;
/** How often the limits are looked at. */
const lookMilliseconds = 50;
const program = fileURLToPath(new URL("fuzz_child.ts", import.meta.url));

/** Tries all cases and returns what each did, in their order. */
export async function runFuzz(options: FuzzOptions): Promise<FuzzFinding[]> {
  const findings: FuzzFinding[] = [];
  for (let from = options.from; from < options.to;) {
    const { next } = await tryUntilKilled({ ...options, from }, findings);
    from = next;
  }
  return findings;
}

async function tryUntilKilled(
  { seed, from, to, reader, onCase }: FuzzOptions,
  findings: FuzzFinding[],
): Promise<{ next: number }> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "--allow-all", "--no-check", `--v8-flags=--max-old-space-size=${mostMegabytes}`],
      ...[program, String(seed), String(from), String(to), ...(reader ? [reader] : [])],
    ],
    env: { TUNEBOOK_THREADS: "1", NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let running: Extract<ChildLine, { begins: number }> | undefined;
  let began = 0;
  let killedFor: string | undefined;
  let next = from;
  const add = (finding: FuzzFinding) => {
    findings.push(finding);
    onCase?.(finding);
    next = finding.number + 1;
    running = undefined;
  };
  const watch = setInterval(() => {
    if (!running || killedFor) return;
    const megabytes = residentMegabytes(child.pid);
    if (performance.now() - began > 1000 * mostSeconds) killedFor = `more than ${mostSeconds} s`;
    else if (megabytes > mostMegabytes) killedFor = `more than ${mostMegabytes} MB`;
    if (killedFor) child.kill("SIGKILL");
  }, lookMilliseconds);
  const complaints = new Response(child.stderr).text();
  let isReady = false;
  try {
    for await (const line of linesOf(child.stdout)) {
      const said = JSON.parse(line) as ChildLine;
      if ("ready" in said) isReady = true;
      else if ("begins" in said) {
        running = said;
        began = performance.now();
      } else if (running) {
        const { reader, file, how } = running;
        const { ended, ...rest } = said;
        const isLarge = rest.megabytes > mostMegabytes;
        add({
          number: ended,
          reader,
          file,
          how,
          ...rest,
          ...(isLarge
            ? { outcome: "failed" as const, fault: `${Math.round(rest.megabytes)} MB` }
            : {}),
        });
      }
    }
  } finally {
    clearInterval(watch);
  }
  const { success } = await child.status;
  const said = await complaints;
  if (success) return { next: to };
  if (!running) {
    throw new Error(`the child ended ${isReady ? "between cases" : "at its start"}: ${said}`);
  }
  const { begins: number, reader: name, file, how } = running;
  add({
    number,
    reader: name,
    file,
    how,
    outcome: "failed",
    fault: killedFor ?? `the process ended: ${said.slice(0, 1000)}`,
    milliseconds: performance.now() - began,
    megabytes: 0,
  });
  return { next };
}

function residentMegabytes(pid: number): number {
  try {
    const status = Deno.readTextFileSync(`/proc/${pid}/status`);
    return Number(/VmRSS:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Whole lines; one that a killed process did not end is dropped. */
async function* linesOf(stdout: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncIterable<string> {
  let rest = "";
  for await (const text of stdout.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop()!;
    yield* lines;
  }
}
