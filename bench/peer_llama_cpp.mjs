/**
 * The other side of the bench of quantised generation: llama.cpp through node-llama-cpp. Argument: the path
 * of the package's dist/index.js. It answers commands line by line, as the other sides do.
 */
import { createInterface } from "node:readline";
import { pathToFileURL } from "node:url";
import { readFileSync } from "node:fs";
import process from "node:process";

const [library] = process.argv.slice(2);
const { getLlama } = await import(pathToFileURL(library).href);
/** A cache holds prompt and answer, and a little beside. */
const spare = 8;
/** Park and Miller's generator, as in prompts.ts. */
const [ids, factor, modulus] = [10_000, 48271, 2 ** 31 - 1];
let model, threads;

function promptsOf(prompts, tokens) {
  let state = 1;
  const next = () => state = state * factor % modulus;
  return Array.from(
    { length: prompts },
    () => Array.from({ length: tokens }, () => 3 + next() % (ids - 3)),
  );
}

const commands = {
  async setup(asked) {
    threads = asked.threads;
    const llama = await getLlama({
      gpu: false,
      build: "never",
      logLevel: "error",
      maxThreads: threads,
    });
    model = await llama.loadModel({ modelPath: asked.file, gpuLayers: 0, useMmap: false });
    return { about: `llama.cpp ${llama.llamaCppRelease.release}, node-llama-cpp` };
  },
  async write({ prompts: count, promptTokens, newTokens }) {
    const prompts = promptsOf(count, promptTokens);
    const context = await model.createContext({
      sequences: count,
      contextSize: promptTokens + newTokens + spare,
      batchSize: Math.max(512, count * promptTokens),
      threads: { ideal: threads, min: threads },
    });
    const began = performance.now();
    const cpu = process.cpuUsage();
    let first;
    const tokens = await Promise.all(prompts.map(async (prompt) => {
      const sequence = context.getSequence();
      const written = [];
      const options = { temperature: 0, yieldEogToken: true };
      for await (const token of sequence.evaluate(prompt, options)) {
        first ??= performance.now();
        written.push(token);
        if (written.length === newTokens) break;
      }
      return written;
    }));
    const seconds = (performance.now() - began) / 1000;
    const { user, system } = process.cpuUsage(cpu);
    await context.dispose();
    return {
      seconds,
      processorSeconds: (user + system) / 1e6,
      firstTokenSeconds: (first - began) / 1000,
      tokens,
    };
  },
  memory() {
    const status = readFileSync("/proc/self/status", "utf8");
    return { mb: Number(/VmHWM:\s+(\d+)/.exec(status)[1]) / 1024 };
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  if (message.cmd === "stop") break;
  try {
    console.log(JSON.stringify(await commands[message.cmd](message)));
  } catch (error) {
    console.log(JSON.stringify({ error: String(error?.stack ?? error) }));
  }
}
process.exit(0);
