/**
 * Explanations of sentences beside Captum: integrated gradients of a trained MiniLM classifier, one thread each, in turns,
 * Captum with 50 steps, its default, and tunebook as it comes, or both with `--steps N`; how far either is from what
 * 400 steps give stands beside the times. `deno run -A bench/measure_explanations.ts PYTHON`, where PYTHON has what `requirements.txt` names and
 * captum 0.9.0 (`pip install --no-deps captum==0.9.0`, with matplotlib and tqdm; captum asks for an older NumPy).
 *
 *     --sentences N --rounds N
 *     --steps N        the same steps on both sides
 *     --model FOLDER   a merged classifier of two labels, instead of training one
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { sentiment } from "../datasets/mod.ts";
import { columnValues } from "../lib/table/columns.ts";
import { median } from "./median.ts";
import { rest, type Side, startOurs, startPeer } from "./sides.ts";
import { trainedSentiment } from "./trained_sentiment.ts";

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    sentences: { type: "string", default: "100" },
    steps: { type: "string" },
    rounds: { type: "string", default: "3" },
    model: { type: "string" },
  },
});
if (python === undefined) throw new Error("name a Python that has torch, transformers and captum");
const [sentences, rounds] = [values.sentences, values.rounds].map(Number);
const steps = values.steps === undefined ? undefined : Number(values.steps);
/** As many as leave no more than rounding. */
const exactSteps = 400;

interface Turn {
  readonly seconds: number;
  readonly processor: number;
  readonly values: readonly (readonly number[])[];
}

const folder = await Deno.makeTempDir({ prefix: "tunebook-bench-" });
let [ours, peer]: (Side | undefined)[] = [];
try {
  const classifier = values.model ?? await trainedSentiment(join(folder, "model"));
  const texts = columnValues(await sentiment(), "text").map(String).slice(-sentences);
  const setup = { cmd: "setup", folder: classifier, threads: 1, texts, outputs: 2 };
  Deno.env.set("TUNEBOOK_THREADS", "1");
  ours = startOurs("our_explanations.ts");
  peer = startPeer("peer_explanations.py", python);
  await ours.ask({ ...setup, ...(steps === undefined ? {} : { steps }) });
  console.log(JSON.stringify(await peer.ask({ ...setup, steps: steps ?? 50 })));
  const turns: { ours: Turn; peer: Turn }[] = [];
  for (let round = 0; round < rounds; round++) {
    const turn = { ours: await turnOf(ours), peer: await turnOf(peer) };
    turns.push(turn);
    console.log(
      `round ${round + 1}: ours ${shown(turn.ours)}, Captum ${
        shown(turn.peer)
      }, values differ by ` +
        `${largestDifference(turn.ours, turn.peer).toExponential(1)} at most`,
    );
  }
  for (const unit of ["seconds", "processor"] as const) {
    const ratio = median(turns.map(({ ours, peer }) => ours[unit] / peer[unit]));
    console.log(`${unit}: ours / Captum ${ratio.toFixed(2)}`);
  }
  const exact = await ours.ask({ cmd: "explain", steps: exactSteps }) as unknown as Turn;
  for (const [side, turn] of Object.entries(turns[0])) {
    const errors = turn.values.map((own, text) => distance(own, exact.values[text]));
    console.log(
      `${side}: the largest error of a sentence's values is ${median(errors).toExponential(1)} ` +
        `in the median, ${Math.max(...errors).toExponential(1)} at most`,
    );
  }
} finally {
  await ours?.stop();
  await peer?.stop();
  await Deno.remove(folder, { recursive: true });
}

async function turnOf(side: Side): Promise<Turn> {
  await rest();
  return await side.ask({ cmd: "explain" }) as unknown as Turn;
}

function shown({ seconds, processor }: Turn): string {
  return `${seconds.toFixed(1)} s (${processor.toFixed(1)} s of the processor)`;
}

function largestDifference(ours: Turn, peer: Turn): number {
  return Math.max(...ours.values.map((own, text) => distance(own, peer.values[text])));
}

/** The largest difference of two lists of values. */
function distance(some: readonly number[], others: readonly number[]): number {
  return Math.max(...some.map((value, token) => Math.abs(value - others[token])));
}
