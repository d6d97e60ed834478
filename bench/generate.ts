/**
 * `deno task bench:generate [PYTHON]`: tokens a second that a language model writes greedily, beside
 * transformers in the same numbers (float32), both sides in turns. The first run makes a Llama of 135
 * million random weights, the sizes of SmolLM2-135M; the sides must write the same tokens.
 *
 *     --model FOLDER   another model, a folder of transformers
 *     --prompts N      prompts at once; repeat for more (1 and 16 unless given)
 *     --prompt N       tokens of a prompt (64 unless given)
 *     --tokens N       tokens that are written to each (64 unless given)
 *     --rounds N       turns of each side (5 unless given)
 *     --threads N      threads of each side (all cores unless given)
 *
 * @module
 */
import os from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { median } from "./median.ts";
import { installPeer, rest, startOurs, startPeer } from "./sides.ts";

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string", default: join(import.meta.dirname!, ".data", "llama-135m") },
    prompts: { type: "string", multiple: true, default: ["1", "16"] },
    prompt: { type: "string", default: "64" },
    tokens: { type: "string", default: "64" },
    rounds: { type: "string", default: "5" },
    threads: { type: "string", default: String(os.availableParallelism()) },
  },
});

interface Written {
  readonly seconds: number;
  readonly firstTokenSeconds: number;
  readonly tokens: number[][];
}

if (!python) await installPeer();
const peer = startPeer("peer_generate.py", python);
const ours = startOurs("our_generate.ts");
const setup = { cmd: "setup", folder: values.model, threads: Number(values.threads) };
console.log(`${os.cpus()[0].model.trim()}, ${values.threads} threads a side`);
console.log((await peer.ask(setup)).about);
await ours.ask(setup);
for (const prompts of values.prompts.map(Number)) {
  const asked = {
    cmd: "write",
    prompts,
    promptTokens: Number(values.prompt),
    newTokens: Number(values.tokens),
  };
  const rounds: { ours: Written; peer: Written }[] = [];
  // The first round is not counted: it compiles, and fills caches.
  for (let round = 0; round <= Number(values.rounds); round++) {
    await rest();
    const first = await ours.ask(asked) as unknown as Written;
    await rest();
    const second = await peer.ask(asked) as unknown as Written;
    if (round > 0) rounds.push({ ours: first, peer: second });
  }
  const rate = (side: "ours" | "peer") =>
    median(rounds.map((each) => prompts * asked.newTokens / each[side].seconds));
  const first = (side: "ours" | "peer") =>
    median(rounds.map((each) => 1000 * each[side].firstTokenSeconds));
  const [{ ours: a, peer: b }] = rounds;
  const same = a.tokens.filter((row, i) => row.join() === b.tokens[i].join()).length;
  const peak = async (side: typeof ours) =>
    Number((await side.ask({ cmd: "memory" })).mb).toFixed(0);
  console.log(
    `${prompts} prompts of ${asked.promptTokens} tokens: ours ${
      rate("ours").toFixed(1)
    } tokens/s, ` +
      `transformers ${rate("peer").toFixed(1)}, ours / theirs ` +
      `${(rate("ours") / rate("peer")).toFixed(2)}; first token ${first("ours").toFixed(0)} and ` +
      `${first("peer").toFixed(0)} ms; ${same} of ${prompts} texts equal; peak ` +
      `${await peak(ours)} and ${await peak(peer)} MB`,
  );
}
await ours.stop();
await peer.stop();
