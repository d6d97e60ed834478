/**
 * Our side of explanations: JSON lines in on stdin, one out for each, as `peer_explanations.py`. The same work on the same
 * tokens: integrated gradients with their completeness error, without the measures of faithfulness, which Captum has
 * not.
 *
 * @module
 */
import { cpuUsage } from "node:process";
import { openDevice } from "../lib/engine/mod.ts";
import { explainedText } from "../lib/evaluate/explain/explained_text.ts";
import { type ExplainPrograms, explainPrograms } from "../lib/evaluate/explain/explain_programs.ts";
import { integratedGradients } from "../lib/evaluate/explain/integrated_gradients.ts";
import { loadModel } from "../lib/models/load_model.ts";
import { noAdapter } from "../lib/nn/merge.ts";
import type { Objective } from "../lib/nn/objective.ts";
import { loadTokenizer, type Tokenizer } from "../lib/text/tokenizer.ts";
import { processorMilliseconds } from "./processor_milliseconds.ts";
import { TextLineStream } from "./text_lines.ts";

interface Setup {
  readonly folder: string;
  /** As the method comes unless given. */
  readonly steps?: number;
  readonly texts: readonly string[];
  readonly outputs: number;
}

let given: Setup;
let programs: ExplainPrograms;
let tokenizer: Tokenizer;

async function setup(request: Setup): Promise<object> {
  given = request;
  const { folder, outputs } = given;
  const model = await loadModel({
    reference: `file:${folder}`,
    config: `${folder}/config.json`,
    weights: `${folder}/model.safetensors`,
    outputs,
    seed: 1,
  });
  tokenizer = await loadTokenizer({ tokenizer: `${folder}/tokenizer.json` });
  const head = { name: "classification", outputs };
  programs = explainPrograms({
    model: { ...model, head: [] },
    adapter: noAdapter,
    objective: { head, outputs } as Objective,
  }, { device: await openDevice("cpu"), state: undefined });
  await explained(given.texts[0]);
  return {};
}

/** What each token has. */
async function explained(text: string, steps = given.steps): Promise<number[]> {
  const { ids, types } = tokenizer.encode(text);
  const words = ids.length - 2;
  const tokens = {
    ids,
    types,
    // Every token is a word of its own, special ones are none.
    wordOf: ids.map((_, at) => at > 0 && at <= words ? at - 1 : -1),
    words,
    baselineId: tokenizer.padId,
  };
  const logits = await Promise.all(
    Array.from({ length: given.outputs }, async (_, output) => {
      const asked = explainedText(tokens, { programs, target: targetOf(output) });
      const [{ sum }] = await asked.scores([new Uint8Array(words).fill(1)]);
      return sum;
    }),
  );
  const target = targetOf(logits.indexOf(Math.max(...logits)));
  const method = integratedGradients(steps === undefined ? {} : { steps });
  const { units } = await method.attribute!(explainedText(tokens, { programs, target }));
  return [...units!];
}

function targetOf(output: number) {
  return { terms: [{ place: 0, output, weight: 1 }], kind: "single" } as const;
}

async function explain(steps?: number): Promise<object> {
  const began = performance.now();
  const worked = cpuUsage();
  const values: number[][] = [];
  for (const text of given.texts) values.push(await explained(text, steps));
  return {
    seconds: (performance.now() - began) / 1000,
    processor: processorMilliseconds(worked) / 1000,
    values,
  };
}

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  .pipeThrough(new TextLineStream());
for await (const line of lines) {
  const request = JSON.parse(line);
  if (request.cmd === "stop") break;
  console.log(
    JSON.stringify(await (request.cmd === "setup" ? setup(request) : explain(request.steps))),
  );
}
await programs!.dispose();
