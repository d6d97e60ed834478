/**
 * `deno task bench:texts`: tokens a second that a server writes for many clients at once, beside
 * one client alone. Both sides ask `/v1/completions` on loopback for texts of the same length, in turns; each
 * client asks for its next text when it has the last one. Every stream is read to its end.
 *
 *     --model REFERENCE  what is served (tunebook:english unless given)
 *     --clients N        clients at once (16 unless given)
 *     --tokens N         tokens of each text (64 unless given)
 *     --texts N          texts of each client in a round (2 unless given)
 *     --rounds N         turns of each side (5 unless given)
 *
 * @module
 */
import os from "node:os";
import { cpuUsage } from "node:process";
import { parseArgs } from "node:util";
import { serve } from "../lib/pipeline/serve/serve.ts";
import { describeMachine, machineText } from "./machine.ts";
import { median } from "./median.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";

const { values } = parseArgs({
  options: {
    model: { type: "string", default: "tunebook:english" },
    clients: { type: "string", default: "16" },
    tokens: { type: "string", default: "64" },
    texts: { type: "string", default: "2" },
    rounds: { type: "string", default: "5" },
  },
});
const [clients, tokens, texts, rounds] = [
  values.clients,
  values.tokens,
  values.texts,
  values.rounds,
].map(Number);
/** Keeps texts from ending early, so that all have the same length. */
const endToken = "0";

/** Tokens a second of these clients, by the clock and by the processor's time of all threads. */
interface Rates {
  readonly clock: number;
  readonly processor: number;
}

async function measure(url: string, count: number): Promise<Rates> {
  const start = performance.now();
  const cpu = cpuUsage();
  const written = await Promise.all(Array.from({ length: count }, async (_, client) => {
    let sum = 0;
    for (let text = 0; text < texts; text++) {
      sum += await writtenTokens(url, `The ${client} people of the town ${text}`);
    }
    return sum;
  }));
  const sum = written.reduce((all, each) => all + each, 0);
  return {
    clock: 1000 * sum / (performance.now() - start),
    processor: 1000 * sum / processorMilliseconds(cpu),
  };
}

async function writtenTokens(url: string, prompt: string): Promise<number> {
  const answer = await fetch(`${url}/v1/completions`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      prompt,
      max_tokens: tokens,
      logit_bias: { [endToken]: -100 },
      stream: true,
      stream_options: { include_usage: true },
    }),
  });
  const events = (await answer.text()).trim().split("\n\n");
  const { usage } = JSON.parse(events.at(-2)!.slice("data: ".length));
  return usage.completion_tokens;
}

console.log(machineText(describeMachine(os.availableParallelism())));
const server = await serve(values.model, { port: 0, quiet: true });
const one: Rates[] = [];
const many: Rates[] = [];
for (let round = 0; round <= rounds; round++) {
  const alone = await measure(server.url, 1);
  const together = await measure(server.url, clients);
  // The first round compiles.
  if (round === 0) continue;
  one.push(alone);
  many.push(together);
}
for (const by of ["clock", "processor"] as const) {
  const [a, b] = [one, many].map((side) => median(side.map((each) => each[by])));
  const ratio = median(many.map((each, i) => each[by] / one[i][by]));
  console.log(
    `tokens a second by the ${by}: one client ${a.toFixed(0)}, ${clients} clients ` +
      `${b.toFixed(0)}, ratio ${ratio.toFixed(2)}`,
  );
}
await server.stop();
