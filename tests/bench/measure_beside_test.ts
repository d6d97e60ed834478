import assert from "node:assert/strict";
import { measureBeside } from "../../bench/measure_beside.ts";
import { eager, type PeerSettings, type PeerWay } from "../../bench/peer_ways.ts";
import type { Side } from "../../bench/sides.ts";

/** A side whose turns take so long, and that says so once it is stopped. */
function sideOf(ms: number, megabytes = 100, stopped: string[] = [], name = ""): Side {
  return {
    ask: ({ cmd }) =>
      Promise.resolve(cmd === "memory" ? { mb: megabytes } : { ms: [ms], processor: [2 * ms] }),
    stop: () => Promise.resolve(void stopped.push(name)),
  };
}

const turn = async (side: Side) =>
  await side.ask({ cmd: "step" }) as unknown as { ms: number[]; processor: number[] };

interface Named extends PeerSettings {
  readonly name: string;
}
const wayOf = (name: string, compiled = false): PeerWay<Named> => ({
  name,
  settings: { ...eager, compiled, name },
});

Deno.test("the ratio is to the fastest way, and a way that is clearly slower has one turn", async () => {
  const stopped: string[] = [];
  const times: Record<string, number> = { slow: 400, fast: 200, near: 220, hopeless: 1100 };
  const sizes: Record<string, number> = { slow: 50, fast: 300, near: 200 };
  const found = await measureBeside(
    [sideOf(100), sideOf(110)],
    // What is compiled is tried last.
    [wayOf("near", true), wayOf("fast"), wayOf("slow"), wayOf("broken", true), wayOf("hopeless")],
    {
      name: "case",
      rounds: 2,
      turn,
      warmUp: turn,
      open({ name }) {
        if (name === "broken") return Promise.reject(new Error("no compiler\n  was found"));
        return Promise.resolve(sideOf(times[name], sizes[name], stopped, name));
      },
    },
  );
  const brief = found.ways.map((each) =>
    "leftOut" in each ? [each.way, each.leftOut] : [each.way, each.rounds, each.ratio]
  );
  assert.deepEqual(brief, [
    ["near", 2, 100 / 220],
    ["fast", 2, 0.5],
    ["slow", 1, 0.25],
    ["broken", "fails: no compiler was found"],
    ["hopeless", "its first step took 6 times another's"],
  ]);
  const { fastest, smallest } = found;
  assert.equal(fastest.way, "fast");
  assert.deepEqual([fastest.ours, fastest.peer, fastest.processorRatio], [100, 200, 0.5]);
  assert.deepEqual([fastest.others, fastest.otherRatios], [[110], [0.55]]);
  assert.equal(smallest.way, "slow");
  assert.deepEqual(stopped, ["fast", "slow", "hopeless", "near"]);
});

Deno.test("a mistake of our own side is no way that fails, and a peer that never works is said", async () => {
  const broken: Side = { ...sideOf(1), ask: () => Promise.reject(new Error("ours")) };
  const options = { name: "case", rounds: 1, turn, warmUp: turn };
  await assert.rejects(
    measureBeside([broken], [wayOf("one")], {
      ...options,
      open: () => Promise.resolve(sideOf(1)),
    }),
    { message: "ours" },
  );
  await assert.rejects(
    measureBeside([sideOf(1)], [wayOf("one")], {
      ...options,
      open: () => Promise.reject(new Error("no torch")),
    }),
    { message: "case: the peer works in no way; one: fails: no torch" },
  );
  await assert.rejects(
    measureBeside([sideOf(1)], [wayOf("one")], {
      ...options,
      only: ["two"],
      open: () => Promise.resolve(sideOf(1)),
    }),
    { message: "no way of the peer is two; there are one" },
  );
});

Deno.test("what is hopeless without compiling is not compiled", async () => {
  const opened: string[] = [];
  const mixed = { ...eager, bfloat16: true };
  const times: Record<string, number> = { "float32": 100, "bfloat16": 2000 };
  const { ways } = await measureBeside(
    [sideOf(100)],
    [
      { name: "float32", settings: eager },
      { name: "bfloat16", settings: mixed },
      { name: "compiled bfloat16", settings: { ...mixed, compiled: true } },
    ],
    {
      ...{ name: "case", rounds: 1, turn, warmUp: turn },
      open({ bfloat16, compiled }) {
        const name = bfloat16 ? "bfloat16" : "float32";
        opened.push(compiled ? "compiled" : name);
        return Promise.resolve(sideOf(times[name]));
      },
    },
  );
  // A processor with bfloat16 products tries bfloat16 first; here both orders must measure float32.
  const measured = ways.filter((way) => "ratio" in way).map(({ way }) => way);
  assert.ok(measured.includes("float32"));
  if (opened[0] === "bfloat16") return;
  assert.deepEqual(opened, ["float32", "bfloat16"]);
  assert.deepEqual(ways.slice(1), [
    { way: "bfloat16", leftOut: "its first step took 20 times another's" },
    { way: "compiled bfloat16", leftOut: "not tried: slow without compiling" },
  ]);
});
