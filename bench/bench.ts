/**
 * `deno task bench`: a training step here and in PyTorch + PEFT, in turns within one run, as medians
 * and their ratio. `--json` prints the ratios as the last line; `--case NAME` chooses cases.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { cases, defaultCases, rank, type StepCase, targets } from "./cases.ts";
import { installPeer, type Side, startOurs, startPeer } from "./sides.ts";

/** Steps before the measured ones: first runs allocate memory and fill caches. */
const warmUpSteps = 3;
/** Between two turns the threads of the side that has just run go to sleep. */
const pauseMilliseconds = 300;

interface Measured {
  readonly name: string;
  readonly ours: number;
  readonly peer: number;
  readonly ratio: number;
  readonly ourMegabytes: number;
  readonly peerMegabytes: number;
}

const { values } = parseArgs({
  options: {
    case: { type: "string", multiple: true },
    rounds: { type: "string", default: "8" },
    threads: { type: "string" },
    json: { type: "boolean" },
  },
});
const wanted = values.case ?? defaultCases;
const chosen = wanted.map((name) => {
  const found = cases.find((each) => each.name === name);
  if (found) return found;
  console.error(`there is no case ${name}; there are ${cases.map((each) => each.name).join(", ")}`);
  Deno.exit(2);
});
const threads = Number(values.threads ?? navigator.hardwareConcurrency);

await installPeer();
const measured: Measured[] = [];
for (const each of chosen) measured.push(await measure(each));
console.table(Object.fromEntries(measured.map((each) => [each.name, {
  "ours, ms": each.ours.toFixed(1),
  "PyTorch + PEFT, ms": each.peer.toFixed(1),
  "ours / peer": each.ratio.toFixed(3),
  "ours, peak MB": each.ourMegabytes.toFixed(0),
  "peer, peak MB": each.peerMegabytes.toFixed(0),
}])));
if (values.json) {
  const ratios = Object.fromEntries(measured.map(({ name, ratio }) => [name, ratio]));
  console.log(JSON.stringify({ ratios }));
}

async function measure(each: StepCase): Promise<Measured> {
  console.error(`${each.name}: ${values.rounds} rounds of ${each.turn} steps a side`);
  const ours = startOurs();
  const peer = startPeer();
  try {
    const setup = { cmd: "setup", ...each, case: each.method, rank, targets, threads };
    await ours.ask(setup);
    await peer.ask(setup);
    await takeTurn(ours, warmUpSteps);
    await takeTurn(peer, warmUpSteps);
    const times: { ours: number[]; peer: number[] } = { ours: [], peer: [] };
    for (let round = 0; round < Number(values.rounds); round++) {
      times.ours.push(...await takeTurn(ours, each.turn));
      times.peer.push(...await takeTurn(peer, each.turn));
    }
    const [ourMedian, peerMedian] = [median(times.ours), median(times.peer)];
    return {
      name: each.name,
      ours: ourMedian,
      peer: peerMedian,
      ratio: ourMedian / peerMedian,
      ourMegabytes: Number((await ours.ask({ cmd: "memory" })).mb),
      peerMegabytes: Number((await peer.ask({ cmd: "memory" })).mb),
    };
  } finally {
    await ours.stop();
    await peer.stop();
  }
}

async function takeTurn(side: Side, count: number): Promise<number[]> {
  const { ms } = await side.ask({ cmd: "step", count });
  await new Promise((resolve) => setTimeout(resolve, pauseMilliseconds));
  return ms as number[];
}

function median(numbers: number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}
