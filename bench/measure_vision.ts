/**
 * Training steps of image models here and in PyTorch, in turns: `deno task bench:vision PYTHON [--case NAME]
 * [--rounds 4] [--threads 2]`. The peer is eager and compiled, in float32 and bfloat16, with maps channels last and
 * channels first; the ratio is to its fastest way.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { alpha, rank, targets } from "./cases.ts";
import { describeMachine, machineText } from "./machine.ts";
import { markdownTable } from "./markdown_table.ts";
import { measureBeside, type PeerResult, type Turn } from "./measure_beside.ts";
import { type PeerSettings, type PeerWay, stepWays } from "./peer_ways.ts";
import { megabytesOf, opened, type Side, startOurs, startPeer, usePython } from "./sides.ts";
import { type VisionCase, visionCases, visionLabels } from "./vision_cases.ts";

/** The peer's settings, and how its maps lie in memory. */
interface VisionSettings extends PeerSettings {
  readonly channelsLast: boolean;
}

const { values, positionals: [python] } = parseArgs({
  allowPositionals: true,
  options: {
    case: { type: "string", multiple: true },
    way: { type: "string", multiple: true },
    rounds: { type: "string", default: "4" },
    threads: { type: "string" },
    json: { type: "boolean" },
  },
});
if (python) usePython(python);
const rounds = Number(values.rounds);
const threads = values.threads === undefined ? undefined : Number(values.threads);
const chosen = visionCases.filter(({ name }) => values.case?.includes(name) ?? true);
const warmUps = 2;

const stepsOf = async (side: Side, count: number) =>
  await side.ask({ cmd: "step", count }) as unknown as Turn;

/** How maps lie is nothing to a transformer of tokens. */
function waysOf({ modelType }: VisionCase): PeerWay<VisionSettings>[] {
  const layouts = modelType === "vit" ? [false] : [true, false];
  return stepWays.flatMap(({ name, settings }) =>
    layouts.map((channelsLast) => ({
      name: channelsLast ? `${name}, channels last` : name,
      settings: { ...settings, channelsLast },
    }))
  );
}

const results: (PeerResult & { readonly name: string; readonly ourMegabytes: number })[] = [];
console.log(`${machineText(describeMachine(threads))}\n`);
for (const measured of chosen) {
  const { name, turn } = measured;
  const setup = { cmd: "setup", ...measured, labels: visionLabels, threads };
  const ours = await opened(() => startOurs("our_vision.ts"), async (side) => {
    await side.ask(setup);
    await stepsOf(side, warmUps);
  });
  try {
    const found = await measureBeside([ours], waysOf(measured), {
      name,
      rounds,
      only: values.way,
      open: (settings) =>
        opened(
          () => startPeer("peer_vision.py"),
          (side) => side.ask({ ...setup, rank, alpha, targets, ...settings }),
        ),
      warmUps,
      warmUp: (side) => stepsOf(side, 1),
      turn: (side) => stepsOf(side, turn),
    });
    results.push({ name, ...found, ourMegabytes: await megabytesOf(ours) });
  } finally {
    await ours.stop();
  }
}
for (const { name, ways, ourMegabytes } of results) {
  const rows = ways.map((way) =>
    [
      way.way,
      "leftOut" in way ? { "left out": way.leftOut } : {
        "ours, ms": way.ours.toFixed(0),
        "peer, ms": way.peer.toFixed(0),
        "ours / peer": way.ratio.toFixed(3),
        "processor time": way.processorRatio.toFixed(3),
        "memory, ours / peer": (ourMegabytes / way.peerMegabytes).toFixed(3),
      },
    ] as const
  );
  console.log(`${name}\n\n${markdownTable(rows as never)}\n`);
}
if (values.json) console.log(JSON.stringify({ at: new Date().toISOString(), results }));
