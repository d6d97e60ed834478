/**
 * All tests: `deno task test`. Runs the doc examples, the tests and the notebooks in processes of
 * their own, the notebooks beside the others because a kernel mostly waits, and prints
 * `N passed, N failed` as the last line. With `--all`, translations of notebooks run as well; without
 * it they are only checked to have the code of their originals.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { fileURLToPath } from "node:url";

const unknown = Deno.args.filter((arg) => arg !== "--all");
if (unknown.length > 0) {
  console.error(`deno task test knows only --all, not ${unknown.join(" ")}`);
  Deno.exit(2);
}
const project = fileURLToPath(new URL("..", import.meta.url));
const notebooks = "tests/notebooks";
/** Runs that follow one another; two queues go on at the same time. */
const queues: readonly (readonly (readonly string[])[])[] = [
  [["--doc", "lib", "datasets", "mod.ts", "README.md", "docs"], ["tests", `--ignore=${notebooks}`]],
  [[notebooks, ...(Deno.args.includes("--all") ? ["--", "--all"] : [])]],
];

interface Counts {
  readonly passed: number;
  readonly failed: number;
}

const counts = (await Promise.all(queues.map(runAll))).flat();
const passed = counts.reduce((sum, { passed }) => sum + passed, 0);
const failed = counts.reduce((sum, { failed }) => sum + failed, 0);
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed > 0 ? 1 : 0);

async function runAll(runs: readonly (readonly string[])[]): Promise<Counts[]> {
  const found: Counts[] = [];
  for (const args of runs) found.push(await run(args));
  return found;
}

/** Shows the output line by line while it comes, and reads the counts from its summary. */
async function run(args: readonly string[]): Promise<Counts> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", ...args],
    cwd: project,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let summary: RegExpExecArray | null = null;
  const input = Readable.fromWeb(child.stdout as unknown as ReadableStream);
  for await (const line of createInterface({ input })) {
    console.log(line);
    summary = /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/.exec(line) ?? summary;
  }
  const { success } = await child.status;
  const failed = Number(summary?.[2] ?? 0);
  // A file that does not compile is no failed test, but nothing that passes either.
  return { passed: Number(summary?.[1] ?? 0), failed: success ? failed : Math.max(failed, 1) };
}
