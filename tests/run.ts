/**
 * All tests: `deno task test`. Checks the types of everything once, and runs the doc examples, the
 * tests and the notebooks in processes of their own, three at a time, each of whose models computes
 * in one thread: two threads of two processes wait for one another on two cores, and took half as
 * much again. A process runs all tests of a folder, or of several whose tests are quick, because
 * loading and compiling the library is most of what a file costs that has a runtime of its own.
 * Repeats at the end what failed, and prints `N passed, N failed` as the last line. With `--all`,
 * translations of notebooks run as well; without it they are only checked to have the code of their
 * originals.
 *
 * @module
 */
import { createInterface } from "node:readline";
import { Readable } from "node:stream";
import type { ReadableStream } from "node:stream/web";
import { fileURLToPath } from "node:url";
import { writeCellFiles } from "./notebooks/cell_files.ts";

const unknown = Deno.args.filter((arg) => arg !== "--all");
if (unknown.length > 0) {
  console.error(`deno task test knows only --all, not ${unknown.join(" ")}`);
  Deno.exit(2);
}
const project = fileURLToPath(new URL("..", import.meta.url));
/** Processes at a time on two cores: each waits for a tenth of its time, for kernels, pages and files. */
const together = 3;
/**
 * Folders of tests that take longest, from the longest on; the others follow. What comes last should be
 * short, because the other processes wait while it ends.
 */
const longest = [
  ...["pipeline", "deploy", "tasks", "adapters", "train", "nn", "serve", "cli", "engine", "models"],
  ...["hostile", "generate", "datasets", "feedback", "package", "reinforce"],
];
/** Folders whose tests take a second or a few, all in one process. */
const quick = ["chart", "core", "data", "evaluate", "image", "metrics", "notebook", "pretrained"]
  .concat("table", "text", "weights");

interface Counts {
  readonly passed: number;
  readonly failed: number;
  /** What a process that failed said of it. */
  readonly faults: readonly string[];
}

/** Lines of a process that failed without a list of errors, as type checks do. */
const lastLines = 60;

const cellFiles = await writeCellFiles(new URL("../notebooks/", import.meta.url));
/** What has types to check, the notebooks' cells among it. */
const typed = ["bench", "tests", "tools", "docs", "notebook.ts", ...cellFiles.paths];
/** What this run does otherwise: the notebooks in two processes, types in one check. */
const elsewhere = ["tests/notebooks/notebooks_test.ts", "tests/notebooks/types_test.ts"];
const documented = ["lib", "datasets", "mod.ts", "README.md", ...await documents()];
const testRun = (...args: readonly string[]) => ["test", "--allow-all", "--no-check", ...args];
const testsOf = (...paths: readonly string[]) => testRun("tests/in_one_process.ts", "--", ...paths);
/** The arguments of each process, in the order of their starts. */
const queue: (readonly string[])[] = [
  testRun("tests/notebooks/notebooks_test.ts", "--", "--odd", ...Deno.args),
  testRun("tests/notebooks/notebooks_test.ts", "--", "--even", ...Deno.args),
  // Files of pages and handlers find their imports in the folders that they are deployed to.
  ["check", "--quiet", "--doc", "lib/**/*.ts", ...documented.slice(1), ...typed],
  testRun("tests/notebooks", `--ignore=${elsewhere}`),
  testRun("tests/docs/run_doc_examples.ts", "--", ...documented),
  ...(await testFolders()).map((paths) => testsOf(...paths)),
];
const counts = (await Promise.all(Array.from({ length: together }, runNext))).flat();
await cellFiles[Symbol.asyncDispose]();
const passed = counts.reduce((sum, { passed }) => sum + passed, 0);
const failed = counts.reduce((sum, { failed }) => sum + failed, 0);
for (const { faults } of counts) for (const line of faults) console.log(line);
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed > 0 ? 1 : 0);

/** Runs what is next in the queue until nothing is left. */
async function runNext(): Promise<Counts[]> {
  const found: Counts[] = [];
  for (let args = queue.shift(); args; args = queue.shift()) found.push(await run(args));
  return found;
}

/** Shows the output line by line while it comes, and reads the counts and faults from it. */
async function run(args: readonly string[]): Promise<Counts> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: project,
    env: { NO_COLOR: "1", TUNEBOOK_THREADS: "1", ORT_DISABLE_TELEMETRY: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines: string[] = [];
  await Promise.all([show(child.stdout, lines), show(child.stderr, lines)]);
  const { success } = await child.status;
  const summary = lines.map((line) =>
    /^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/.exec(line)
  )
    .findLast((found) => found !== null);
  const passed = Number(summary?.[1] ?? 0);
  if (success) return { passed, failed: 0, faults: [] };
  const errors = lines.findLastIndex((line) => line.trim() === "ERRORS");
  const told = errors < 0 ? lines.slice(-lastLines) : lines.slice(errors);
  // A type error is no failed test, but nothing that passes either.
  const failed = Math.max(Number(summary?.[2] ?? 0), 1);
  return { passed, failed, faults: ["", `deno ${args.join(" ")}`, ...told] };
}

/** Prints each line of `stream` and adds it to `lines`. */
async function show(stream: unknown, lines: string[]): Promise<void> {
  for await (const line of createInterface({ input: Readable.fromWeb(stream as ReadableStream) })) {
    console.log(line);
    lines.push(line);
  }
}

/** The Markdown files of `docs`. */
async function documents(): Promise<string[]> {
  const entries = await Array.fromAsync(Deno.readDir(`${project}/docs`));
  return entries.map(({ name }) => name).filter((name) => name.endsWith(".md")).sort()
    .map((name) => `docs/${name}`);
}

/** The folders with tests, each a run of its own but the quick ones, and the tests beside them. */
async function testFolders(): Promise<string[][]> {
  const entries = await Array.fromAsync(Deno.readDir(`${project}/tests`));
  const folders = entries.filter(({ isDirectory }) => isDirectory).map(({ name }) => name).sort();
  const files = entries.filter(({ name }) => name.endsWith("_test.ts")).map(({ name }) => name);
  const apart = [...new Set([...longest, ...folders])]
    .filter((name) => name !== "notebooks" && !quick.includes(name));
  const found: string[][] = [quick.map((name) => `tests/${name}`)];
  for (const name of apart) if (await hasTests(`tests/${name}`)) found.push([`tests/${name}`]);
  return [...found, files.sort().map((name) => `tests/${name}`)];
}

async function hasTests(folder: string): Promise<boolean> {
  for await (const { name, isDirectory } of Deno.readDir(`${project}/${folder}`)) {
    if (name.endsWith("_test.ts")) return true;
    if (isDirectory && await hasTests(`${folder}/${name}`)) return true;
  }
  return false;
}
