/**
 * What runs on the machine with the GPU: our devices and PyTorch in turns, as a table and as JSON.
 *
 * @module
 */
import { join } from "node:path";
import { parseArgs } from "node:util";
import { messageOf } from "../../lib/core/errors.ts";
import { alpha, cases, rank, type StepCase, targets } from "../cases.ts";
import { median } from "../median.ts";
import { rest, type Side, startSide } from "../sides.ts";
import { type Contender, startContender, warmUpSteps } from "./contender.ts";
import { adapterName, cardNames } from "./graphics_card.ts";

/** Small enough for a graphics card in software. */
const tiny: StepCase = {
  ...{ kind: "step", name: "tiny", method: "lora", layers: 1, hidden: 64, heads: 2 },
  ...{ intermediate: 128, batch: 2, length: 8, turn: 2, rounds: 2 },
};
const steps = cases.filter((each): each is StepCase => each.kind === "step");
const known = [...steps, tiny];

/** PyTorch, in float32; other settings stand behind the name. */
const peerName = "peer";
const isPeer = ({ name }: Pick<Contender, "name">) => name.startsWith(peerName);

/** What came of a case. */
interface Result {
  readonly name: string;
  /** Steps that each side took in all. */
  readonly steps: number;
  readonly contenders: readonly Omit<Contender, "takeTurn" | "stop">[];
}

const { values } = parseArgs({
  options: {
    case: { type: "string", multiple: true },
    rounds: { type: "string" },
    device: { type: "string", multiple: true, default: ["webgpu", "cuda"] },
    precision: { type: "string", multiple: true, default: ["float32", "float16"] },
    "every-position": { type: "boolean", default: false },
    python: { type: "string", default: "python3" },
    json: { type: "string" },
  },
});
const names = values.case ?? steps.map(({ name }) => name);
const unknown = names.find((name) => !known.some((each) => each.name === name));
if (unknown) {
  console.error(`there is no case ${unknown}; there are ${known.map((each) => each.name)}`);
  Deno.exit(2);
}

const here = import.meta.dirname!;
const machine = { cards: await cardNames(), adapter: await adapterName() };
console.log(`card: ${machine.cards.join("; ") || "nvidia-smi names none"}`);
console.log(`WebGPU adapter: ${machine.adapter}`);
const remarks = new Set<string>();
const results: Result[] = [];
for (const name of names) results.push(await measure(known.find((each) => each.name === name)!));
console.log("one training step, medians");
console.table(Object.fromEntries(results.map((result) => [result.name, rowOf(result)])));
for (const remark of remarks) console.log(remark);
const report = { ...machine, remarks: [...remarks], results };
if (values.json) await Deno.writeTextFile(values.json, JSON.stringify(report, null, 2) + "\n");

async function measure(measured: StepCase): Promise<Result> {
  console.error(`${measured.name} …`);
  const contenders: Contender[] = [];
  const join = async (name: string, start: () => Side, setup: Record<string, unknown>) => {
    try {
      contenders.push(await startContender(name, start, measured, setup));
    } catch (error) {
      remarks.add(`${measured.name}: ${name} is left out: ${messageOf(error)}`);
    }
  };
  try {
    for (const device of values.device) {
      for (const precision of values.precision) {
        const name = precision === "float32" ? device : `${device} ${precision}`;
        const everyPosition = values["every-position"];
        await join(name, startOurs, { device, precision, everyPosition });
      }
    }
    await join(peerName, startPeer, { rank, alpha, targets });
    await join(`${peerName} bfloat16`, startPeer, { rank, alpha, targets, bfloat16: true });
    const rounds = Number(values.rounds ?? measured.rounds);
    for (let round = 0; round < rounds; round++) {
      for (const contender of contenders) {
        await contender.takeTurn();
        await rest();
      }
    }
    for (const { name, about: { peer, device, tf32 } } of contenders) {
      if (!isPeer({ name })) continue;
      const numbers = name === peerName ? tf32 ? "TF32" : "float32" : "bfloat16 by autocast";
      remarks.add(`${name}: ${peer}, ${numbers}, on ${device}`);
    }
    return {
      name: measured.name,
      steps: warmUpSteps + rounds * measured.turn,
      contenders: contenders.map(({ takeTurn: _, stop: __, ...found }) => found),
    };
  } finally {
    for (const contender of contenders) await contender.stop();
  }
}

function startOurs(): Side {
  return startSide(Deno.execPath(), ["run", "--allow-all", join(here, "our_process.js")]);
}

function startPeer(): Side {
  return startSide(values.python, [join(here, "peer", "gpu", "peer.py")]);
}

function rowOf({ steps, contenders }: Result): Record<string, string | number> {
  const row: Record<string, string | number> = {};
  const [fastest] = contenders.filter(isPeer)
    .toSorted((a, b) => median(a.times) - median(b.times));
  for (const { name, times } of contenders) row[`${name}, ms`] = median(times).toFixed(2);
  if (fastest) row["fastest peer"] = fastest.name;
  for (const { name, times } of contenders) {
    if (!fastest || isPeer({ name })) continue;
    row[`${name} / fastest peer`] = (median(times) / median(fastest.times)).toFixed(3);
  }
  for (const { name, megabytes } of contenders) {
    if (megabytes !== undefined) row[`${name}, MiB of the card`] = megabytes;
  }
  for (const { name, loss } of contenders) row[`${name}, loss`] = loss.toFixed(4);
  return { ...row, steps };
}
