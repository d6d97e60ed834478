/**
 * All tests: `deno task test`. Runs the doc examples and the tests in processes of their own, and
 * prints `N passed, N failed` as the last line.
 *
 * @module
 */
import { fileURLToPath } from "node:url";

const project = fileURLToPath(new URL("..", import.meta.url));
const runs: readonly (readonly string[])[] = [
  ["--doc", "lib", "datasets", "mod.ts", "README.md", "docs"],
  ["tests"],
];

let passed = 0;
let failed = 0;
let broken = false;
for (const args of runs) {
  const found = await run(args);
  passed += found.passed;
  failed += found.failed;
  broken ||= !found.success;
}
// A file that does not compile is no failed test, but nothing that passes either.
if (broken && failed === 0) failed = 1;
console.log(`${passed} passed, ${failed} failed`);
Deno.exit(failed > 0 ? 1 : 0);

/** Shows the output while it comes, and reads the counts from its summary. */
async function run(args: readonly string[]) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "--allow-all", ...args],
    cwd: project,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let text = "";
  for await (const part of child.stdout.pipeThrough(new TextDecoderStream())) {
    await Deno.stdout.write(new TextEncoder().encode(part));
    text += part;
  }
  const { success } = await child.status;
  const summary = [...text.matchAll(/^(?:ok|FAILED) \| (\d+) passed.*? \| (\d+) failed/gm)].at(-1);
  return { passed: Number(summary?.[1] ?? 0), failed: Number(summary?.[2] ?? 0), success };
}
