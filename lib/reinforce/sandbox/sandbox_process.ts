/**
 * A process without any permission that runs one program of others and says what its function returns.
 * `run_code.ts` starts it anew for each program. The program runs in a worker, so that this thread, which
 * it cannot block, ends the process when time or memory are used up.
 *
 * @module
 */
import type { CaseOutcome, CodeReply, CodeTask } from "./code_task.ts";

/** Milliseconds between two looks at the memory. */
const lookEvery = 10;
/** Characters of what one case may return, as JSON, and of a message. */
const mostOutput = 1_000_000;
const mostMessage = 500;
/** How deep what is returned may be nested. */
const mostDepth = 200;
/** Messages beyond one for each case, after which a program is only noise. */
const mostNoise = 100;
/** By which the worker finds the function in the program's module. */
const alias = "calledByTheSandbox";

/** Runs in the worker, before and around the program. Its text is sent, so it uses nothing of this file. */
async function callCases(address: string, name: string, json: string): Promise<void> {
  const own = globalThis as unknown as { postMessage(message: unknown): void };
  const post = own.postMessage.bind(own); // as long as it is what it says
  const inputs: unknown[][] = JSON.parse(json);
  const { [name]: called } = await import(address);
  for (let at = 0; at < inputs.length; at++) {
    try {
      post({ at, output: await called(...inputs[at]) });
    } catch (error) {
      post({ at, error: String((error as Error)?.message ?? error) });
    }
  }
}

const { key, code, entry, inputs, timeoutSeconds, maxMemoryBytes } = JSON.parse(
  await new Response(Deno.stdin.readable).text(),
) as CodeTask;

const outcomes = new Map<number, CaseOutcome>();
let messages = 0;

function reply(failure?: CodeReply["failure"]): never {
  worker.terminate();
  const all = inputs.map((_, at): CaseOutcome =>
    outcomes.get(at) ?? { error: "it was not reached" }
  );
  const said: CodeReply = failure ? { outcomes: all, failure } : { outcomes: all };
  const bytes = new TextEncoder().encode(`\n${key}${JSON.stringify(said)}\n`);
  for (let at = 0; at < bytes.length;) at += Deno.stdout.writeSync(bytes.subarray(at));
  Deno.exit(0);
}

setTimeout(() => reply({ why: "time", message: "its time was over" }), timeoutSeconds * 1000);
setInterval(() => {
  if (Deno.memoryUsage().rss <= maxMemoryBytes) return;
  reply({ why: "memory", message: "it took more memory than it may" });
}, lookEvery);

const typeScript = { type: "application/typescript" };
const addressOf = (text: string) => URL.createObjectURL(new Blob([text], typeScript));
const program = addressOf(`${code}\n;export { ${entry} as ${alias} };\n`);
const call = [program, alias, JSON.stringify(inputs)].map((each) => JSON.stringify(each)).join(
  ", ",
);

const worker = new Worker(addressOf(`await (${callCases})(${call});`), { type: "module" });
worker.onerror = (event) => {
  event.preventDefault();
  reply({ why: "code", message: event.message.slice(0, mostMessage) });
};
worker.onmessageerror = () => reply({ why: "code", message: "it sent what cannot be read" });
worker.onmessage = ({ data }) => {
  if (++messages > inputs.length + mostNoise) {
    reply({ why: "code", message: "it sent more messages than it was asked for" });
  }
  const at = data?.at;
  if (!Number.isInteger(at) || at < 0 || at >= inputs.length || outcomes.has(at)) return;
  outcomes.set(at, outcomeOf(data));
  if (outcomes.size === inputs.length) reply();
};

function outcomeOf(data: Readonly<Record<string, unknown>>): CaseOutcome {
  if ("error" in data) return { error: String(data.error).slice(0, mostMessage) };
  const { output } = data;
  if (!isJson(output, 0)) return { error: "it returned what JSON cannot hold" };
  return JSON.stringify(output).length <= mostOutput
    ? { output }
    : { error: "it returned more than it may" };
}

/** Whether JSON holds a value as it is. */
function isJson(value: unknown, depth: number): boolean {
  if (value === null || typeof value === "string" || typeof value === "boolean") return true;
  if (typeof value === "number") return Number.isFinite(value);
  if (typeof value !== "object" || depth > mostDepth) return false;
  if (Array.isArray(value)) {
    return Object.keys(value).length === value.length &&
      value.every((each) => isJson(each, depth + 1));
  }
  return Object.getPrototypeOf(value) === Object.prototype &&
    Object.values(value).every((each) => isJson(each, depth + 1));
}
