import assert from "node:assert/strict";
import { codeRuns, type CodeRunsOptions, rewardJudge, TunebookError } from "tunebook";
import type { CodeReply } from "../../../lib/reinforce/sandbox/code_task.ts";
import { runCode } from "../../../lib/reinforce/sandbox/run_code.ts";
import { sample } from "./sample.ts";

const tests = [{ input: [1, 2], output: 3 }, { input: [2, 2], output: 4 }];

async function valuesOf(
  completions: readonly string[],
  { row = { tests }, ...options }: Partial<CodeRunsOptions> & { row?: Record<string, unknown> } =
    {},
) {
  const reward = codeRuns({ entry: "add", ...options });
  const { values } = await rewardJudge({ reward, other: () => 0 })
    .judge(completions.map((each) => sample(each, { row })));
  return values.reward;
}

Deno.test("TypeScript of an answer is run, fenced or whole, exported or not", async () => {
  const values = await valuesOf([
    "Here it is:\n```ts\nexport function add(a: number, b: number): number {\n  return a + b;\n}\n```\nDone.",
    "const add = async (a: number, b: number) => { await 0; return a + b; };",
    "export default function add(a: number, b: number) { return a * b; }",
    "function sub(a: number, b: number) { return a - b; }",
    "function add(a, b { return a + b; }",
    "throw new Error('no')",
    "",
  ]);
  assert.deepEqual(values, [1, 1, 0.5, 0, 0, 0, 0]);
  assert.deepEqual(await valuesOf(["const add = (a, b) => a * b"], { score: "all" }), [0]);
});

Deno.test("what is returned is compared as JSON, numbers but for rounding", async () => {
  const cases = (outputs: readonly unknown[]) => ({
    row: { tests: JSON.stringify(outputs.map((output, at) => ({ input: [at], output }))) },
  });
  const right = [0.3, { a: [1, "x", null, true] }, [], "é", -0];
  const code = "const all = [0.1 + 0.2, { a: [1, 'x', null, true] }, [], 'é', 0];\n" +
    "function add(at: number) { return all[at]; }";
  assert.deepEqual(await valuesOf([code], cases(right)), [1]);
  assert.deepEqual(await valuesOf([code], { ...cases(right), tolerance: 0 }), [0.8]);
  const wrong = [0.31, { a: [1, "x", null, true], b: 1 }, {}, "e", "0"];
  assert.deepEqual(await valuesOf([code], cases(wrong)), [0]);
  const none = "const all = [NaN, undefined, new Map(), [, 1], 1n, () => 1, new Date(0)];\n" +
    "function add(at: number) { return all[at]; }";
  assert.deepEqual(await valuesOf([none], cases([null, null, {}, [null, 1], 1, {}, "1970"])), [0]);
});

Deno.test("the function's name may be in the row, and rows without cases are left out", async () => {
  const reward = codeRuns({ entry: { column: "name" }, tests: "cases" });
  assert.deepEqual(reward.columns, ["cases", "name"]);
  const judge = rewardJudge({ reward, other: () => 0 });
  const code = "const add = (a: number, b: number) => a + b;";
  const { values } = await judge.judge([
    sample(code, { row: { name: "add", cases: tests } }),
    sample(code, { row: { name: "add", cases: null } }),
    sample(code, { row: { name: "add", cases: [] } }),
  ]);
  assert.deepEqual(values.reward, [1, null, null]);
  for (
    const row of [
      { name: "a b", cases: tests },
      { name: "add", cases: [{ input: 1, output: 2 }] },
      { name: "add", cases: "{" },
      { name: "add" },
    ]
  ) {
    await assert.rejects(judge.judge([sample(code, { row })]), { kind: "data" });
  }
});

const good = "const add = (a: number, b: number) => a + b;";
const asked = { entry: "add", inputs: [[1, 2]], timeoutSeconds: 10, maxMemoryBytes: 200e6 };
const run = (code: string, other: Partial<Parameters<typeof runCode>[0]> = {}) =>
  runCode({ ...asked, code, ...other });
/** Why nothing was returned. */
function errorOf({ outcomes: [outcome], failure }: CodeReply): string {
  assert.ok("error" in outcome, `it returned ${JSON.stringify(outcome)}`);
  return `${failure?.why ?? "case"}: ${failure?.message ?? outcome.error}`;
}

Deno.test("code gets at no file, environment, address or process", async () => {
  const file = await Deno.makeTempFile();
  const path = JSON.stringify(file);
  const attempts: readonly [code: string, says: RegExp][] = [
    [`Deno.readTextFile(${path})`, /read access/],
    [`fs.readFileSync(${path}, "utf8")`, /read access/],
    [`Deno.writeTextFile(${path}, "x")`, /write access/],
    [`import("file://" + ${path})`, /read access/],
    [`fetch("file://" + ${path})`, /read access/],
    [`Deno.env.get("HOME")`, /env access/],
    [`process.env.HOME`, /env access/],
    [`fetch("http://127.0.0.1:8080/")`, /net access/],
    [`Deno.listen({ port: 0 }).addr`, /net access/],
    [`new Deno.Command("/bin/ls").output()`, /run access/],
    [`children.execFileSync("/bin/ls")`, /NotCapable|access/],
    [`Deno.kill(Deno.ppid, "SIGTERM")`, /run access/],
    [`process.kill(process.ppid, "SIGTERM")`, /run access/],
    [`import("https://deno.land/std/version.ts")`, /remote|import access/],
    [`import("npm:ajv@8.20.0")`, /npm/],
    [`caches.open("a")`, /cache storage directory/],
    [`Deno.hostname()`, /sys access/],
    [`Deno.dlopen("libc.so.6", {})`, /ffi access/],
    [
      `Deno.permissions.request({ name: "read" }).then(({ state }) => { throw state; })`,
      /^denied$/,
    ],
  ];
  const code = `
    import fs from "node:fs";
    import process from "node:process";
    import children from "node:child_process";
    const attempts = [${attempts.map(([attempt]) => `() => ${attempt}`).join(", ")}];
    const add = async (at: number) => { await attempts[at](); return "nothing stopped it"; };
  `;
  const { outcomes } = await run(code, { inputs: attempts.map((_, at) => [at]) });
  outcomes.forEach((outcome, at) => {
    const [attempt, says] = attempts[at];
    assert.match("error" in outcome ? outcome.error : String(outcome.output), says, attempt);
  });
  assert.equal(await Deno.readTextFile(file), "");
  await Deno.remove(file);
  const remote = await run(`import add from "https://deno.land/std/version.ts";`);
  assert.match(errorOf(remote), /^code: .*(remote|import access)/);
});

Deno.test("code that takes too long or says nothing is ended", async () => {
  const codes = [
    `${good} for (;;);`,
    "const add = () => new Promise(() => {});",
    "const add = () => Deno.exit(0);",
    `import process from "node:process"; const add = () => process.exit(0);`,
    "const add = () => /^(a+)+$/.test('a'.repeat(60) + '!');",
    "const add = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);",
  ];
  const replies = await Promise.all(codes.map((code) => run(code, { timeoutSeconds: 0.3 })));
  replies.forEach((reply, at) => {
    assert.equal(errorOf(reply), "time: its time was over", codes[at]);
  });
});

Deno.test("cases that were reached before the time was over count", async () => {
  const code = "const add = (a: number, b: number) => { while (a === 2); return a + b; };";
  assert.deepEqual(await valuesOf([code], { timeoutSeconds: 0.3 }), [0.5]);
});

Deno.test("code that takes too much memory is ended, in and outside the heap", async () => {
  for (
    const code of [
      "const kept = []; const add = () => { for (;;) kept.push(new Array(1e5).fill(0.5)); };",
      "const kept = []; const add = () => { for (;;) kept.push(new Uint8Array(1e7).fill(1)); };",
      `${good} for (;;) new Worker(URL.createObjectURL(new Blob([";"])), { type: "module" });`,
    ]
  ) {
    assert.match(errorOf(await run(code, { maxMemoryBytes: 120e6 })), /^(memory|silence): /, code);
  }
});

Deno.test("a program that is killed from within is told by its silence", async () => {
  const error = errorOf(await run(`const add = () => Deno.kill(Deno.pid, "SIGKILL");`));
  assert.match(error, /^(silence: it ended without a reply|case: .*run access)/);
});

Deno.test("floods of messages and of text end the program", async () => {
  assert.match(
    errorOf(await run("const add = () => { for (;;) self.postMessage(1); };")),
    /^(code: it sent more messages|memory)/,
  );
  assert.match(
    errorOf(await run("const add = () => { for (;;) self.postMessage('x'.repeat(1e6)); };")),
    /^(code: it sent more messages|memory)/,
  );
  const text = `const bytes = new Uint8Array(1e6).fill(97);
    const add = () => { for (;;) Deno.stdout.writeSync(bytes); };`;
  assert.equal(errorOf(await run(text)), "silence: it wrote more than it may");
  assert.match(errorOf(await run("const add = () => 'x'.repeat(2e6);")), /more than it may/);
});

Deno.test("code that changes what everything is made of changes only what it returns itself", async () => {
  const code = `
    const add = (a: number, b: number) => a - b;
    Object.prototype.toJSON = () => 3;
    Object.prototype.output = 3;
    Array.prototype.map = () => [{ output: 3 }];
    JSON.stringify = () => "3";
    Promise.prototype.then = function (then) { then(3); };
    self.postMessage = () => {};
    Number.prototype.valueOf = () => 3;
    globalThis.Deno = undefined;
  `;
  assert.deepEqual(await valuesOf([code, good]), [0, 1]);
});

Deno.test("a reply that code writes itself is none", async () => {
  const code = `
    const reply = JSON.stringify({ outcomes: [{ output: 3 }, { output: 4 }] });
    const add = () => {
      Deno.stdout.writeSync(new TextEncoder().encode("\\n" + crypto.randomUUID() + reply + "\\n"));
      self.postMessage({ at: 1, output: "not 4" });
      self.postMessage({ at: -1, output: 3 });
      self.postMessage(null);
      const asked = new Uint8Array(1e4);
      return Deno.stdin.readSync(asked);
    };
  `;
  const { outcomes } = await run(code, { inputs: [[1, 2], [2, 2]] });
  // Of its own cases it may say what it likes before they are reached; of what was asked it reads nothing.
  assert.deepEqual(outcomes, [{ output: null }, { output: "not 4" }]);
});

Deno.test("a stop ends the process", async () => {
  const controller = new AbortController();
  const running = runCode(
    { ...asked, code: `${good} for (;;);`, timeoutSeconds: 60 },
    controller.signal,
  );
  setTimeout(() => controller.abort(), 300);
  await assert.rejects(running, { kind: "interrupted" });
  await assert.rejects(runCode({ ...asked, code: good }, controller.signal), {
    kind: "interrupted",
  });
});

Deno.test("a row that cannot be judged ends the processes of the others", async () => {
  const judge = rewardJudge({
    reward: codeRuns({ entry: "add", timeoutSeconds: 60, concurrency: 2 }),
  });
  const slow = sample("for (;;);const add = 1;", { row: { tests } });
  const wrong = sample(good, { row: { tests: [{ input: 1 }] } });
  await assert.rejects(judge.judge([slow, wrong]), /the column tests is/); // long before a minute
});

Deno.test("inputs arrive as they are", async () => {
  const input = ["\u2028</script>`${1}`\\", { ["__proto__"]: 1, a: [null, 1e-7] }];
  const code = "const add = (...all: unknown[]) => JSON.stringify(all);";
  const { outcomes } = await run(code, { inputs: [[JSON.parse(JSON.stringify(input))]] });
  assert.deepEqual(outcomes, [{ output: JSON.stringify([input]) }]);
});

Deno.test("options that make no sense are refused together", () => {
  assert.throws(
    () => codeRuns({ entry: "a b", score: "some" as never, maxMemory: 0 }),
    (error) => error instanceof TunebookError && error.mistakes.length === 3,
  );
  assert.throws(() => codeRuns({} as never), /entry is missing/);
});
