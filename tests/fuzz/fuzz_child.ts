/**
 * Tries damaged inputs, one after the other, and writes a line of JSON about each:
 * `deno run fuzz_child.ts <seed> <from> <to> [<reader>]`. It may be killed at any time.
 *
 * @module
 */
import { dirname, join } from "node:path";
import { Random } from "../../lib/core/random.ts";
import { type FuzzedReader, fuzzedReaders } from "./readers.ts";
import { faultOf } from "./verdict.ts";

/** What the child says. */
export type ChildLine =
  | { readonly ready: true }
  | {
    readonly begins: number;
    readonly reader: string;
    readonly file: string;
    readonly how: string;
  }
  | {
    readonly ended: number;
    readonly outcome: "read" | "refused" | "failed";
    readonly fault?: string;
    readonly message?: string;
    readonly milliseconds: number;
    /** The most memory of the process during the case, where the system says it. */
    readonly megabytes: number;
  };

/** What a case is. */
interface FuzzCase {
  readonly reader: FuzzedReader;
  readonly file: string;
  readonly bytes: Uint8Array;
  readonly how: string;
}

/** Case `number` of a seed; the same whatever cases came before. */
export function caseOf(
  readers: readonly FuzzedReader[],
  seed: number,
  number: number,
): FuzzCase {
  const random = Random.fromSeed(seed, "fuzz", number);
  const reader = readers[number % readers.length];
  const names = Object.keys(reader.damages);
  const file = names[random.integer(names.length)];
  return { reader, file, ...reader.damages[file](reader.files[file], random) };
}

function say(line: ChildLine): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(line)}\n`);
  for (let done = 0; done < bytes.length;) done += Deno.stdout.writeSync(bytes.subarray(done));
}

/** The most memory of this process since it was asked last, in MB; only Linux says it. */
function peakMegabytes(): number {
  try {
    const status = Deno.readTextFileSync("/proc/self/status");
    Deno.writeTextFileSync("/proc/self/clear_refs", "5");
    return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0) / 1024;
  } catch {
    return Deno.memoryUsage().rss / 2 ** 20;
  }
}

async function write(folder: string, file: string, bytes: Uint8Array): Promise<void> {
  await Deno.mkdir(dirname(join(folder, file)), { recursive: true });
  await Deno.writeFile(join(folder, file), bytes);
}

if (import.meta.main) {
  const [seed, from, to] = Deno.args.map(Number);
  const only = Deno.args[3];
  const scratch = await Deno.makeTempDir({ prefix: "tunebook-fuzz-" });
  const unheard: unknown[] = [];
  globalThis.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    unheard.push(event.reason);
  });
  globalThis.addEventListener("error", (event) => {
    event.preventDefault();
    unheard.push(event.error);
  });
  try {
    const readers = await fuzzedReaders(scratch);
    const folders = new Map<FuzzedReader, string>();
    say({ ready: true });
    for (let number = from; number < to; number++) {
      const { reader, file, bytes, how } = caseOf(readers, seed, number);
      if (only && reader.name !== only) continue;
      let folder = folders.get(reader);
      if (!folder) {
        folder = join(scratch, `reader ${folders.size}`);
        for (const [name, whole] of Object.entries(reader.files)) await write(folder, name, whole);
        folders.set(reader, folder);
      }
      await write(folder, file, bytes);
      peakMegabytes();
      say({ begins: number, reader: reader.name, file, how });
      const began = performance.now();
      let fault: string | undefined;
      let message: string | undefined;
      try {
        await reader.read(folder);
      } catch (error) {
        fault = faultOf(error);
        message = error instanceof Error ? error.message.slice(0, 500) : String(error);
      }
      // What nobody hears is told after the present work.
      await new Promise((resolve) => setTimeout(resolve, 0));
      const lost = unheard.splice(0);
      if (lost.length > 0) fault ??= `nobody hears: ${lost.map(String).join("; ")}`;
      say({
        ended: number,
        outcome: fault ? "failed" : message === undefined ? "read" : "refused",
        ...(fault ? { fault } : {}),
        ...(message === undefined ? {} : { message }),
        milliseconds: performance.now() - began,
        megabytes: peakMegabytes(),
      });
      await write(folder, file, reader.files[file]);
    }
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}
