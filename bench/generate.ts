/**
 * `deno task bench:generate [PYTHON]`: tokens a second that a language model writes greedily, beside
 * transformers in the same numbers (float32), both sides in turns. The first run makes a Llama of 135
 * million random weights, the sizes of SmolLM2-135M; the sides must write the same tokens. With `--bits`
 * the weights are int8 or int4 and the other side is llama.cpp with Q8_0 or Q4_0; node-llama-cpp (3.22.1)
 * is installed apart, and NODE_LLAMA_CPP is the path of its dist/index.js. Both round otherwise, so that
 * texts need not be equal.
 *
 *     --bits 8|4       integer weights, beside llama.cpp
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
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { ggufOfFolder } from "./gguf_of_folder.ts";
import { modelFolder } from "./language_cases.ts";
import { describeMachine, machineText } from "./machine.ts";
import { median } from "./median.ts";
import {
  installPeer,
  megabytesOf,
  rest,
  type Side,
  startLlamaCpp,
  startOurs,
  startPeer,
} from "./sides.ts";

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    model: { type: "string" },
    prompts: { type: "string", multiple: true, default: ["1", "16"] },
    prompt: { type: "string", default: "64" },
    tokens: { type: "string", default: "64" },
    rounds: { type: "string", default: "5" },
    bits: { type: "string" },
    threads: { type: "string", default: String(os.availableParallelism()) },
  },
});

interface Written {
  readonly seconds: number;
  readonly firstTokenSeconds: number;
  /** Of all threads together, which tells more than the time on a busy machine. */
  readonly processorSeconds: number;
  readonly tokens: number[][];
}

const formats = { 8: ["int8", "Q8_0"], 4: ["int4", "Q4_0"] } as const;
const integers = formats[Number(values.bits) as keyof typeof formats];
if (values.bits !== undefined && !integers) throw new Error("--bits is 8 or 4");
const library = Deno.env.get("NODE_LLAMA_CPP");
if (integers && !library) {
  throw new Error("NODE_LLAMA_CPP names no dist/index.js of node-llama-cpp");
}
const folder = values.model ? resolve(values.model) : await modelFolder("llama-135m");
const setup = { cmd: "setup", folder, threads: Number(values.threads) };
console.log(machineText(describeMachine(Number(values.threads))));
if (!integers && !python) await installPeer();
const peer = integers ? startLlamaCpp(library!) : startPeer("peer_generate.py", python);
const file = integers ? { file: await ggufOfFolder(folder, integers[1]) } : {};
console.log((await peer.ask({ ...setup, ...file })).about);
const ours = startOurs("our_generate.ts");
await ours.ask({ ...setup, ...(integers ? { quantize: integers[0] } : {}) });
const other = integers ? `llama.cpp (${integers[1]})` : "transformers";
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
  const cost = (side: "ours" | "peer") => median(rounds.map((each) => each[side].processorSeconds));
  const first = (side: "ours" | "peer") =>
    median(rounds.map((each) => 1000 * each[side].firstTokenSeconds));
  const [{ ours: a, peer: b }] = rounds;
  const same = a.tokens.filter((row, i) => row.join() === b.tokens[i].join()).length;
  const peak = async (side: Side) => (await megabytesOf(side)).toFixed(0);
  console.log(
    `${prompts} prompts of ${asked.promptTokens} tokens: ours ${
      rate("ours").toFixed(1)
    } tokens/s, ` +
      `${other} ${rate("peer").toFixed(1)}, ours / theirs ` +
      `${(rate("ours") / rate("peer")).toFixed(2)}, processor time ${
        (cost("ours") / cost("peer")).toFixed(2)
      }; first token ${first("ours").toFixed(0)} and ` +
      `${first("peer").toFixed(0)} ms; ${same} of ${prompts} texts equal; peak ` +
      `${await peak(ours)} and ${await peak(peer)} MB`,
  );
}
await ours.stop();
await peer.stop();
