/**
 * Results as Markdown tables and as ratios for a program.
 *
 * @module
 */
import { markdownTable, type Row } from "./markdown_table.ts";
import type { MeasuredPeerWay, PeerWayLeftOut } from "./measure_beside.ts";
import { inUnit, type Result, rowOf, timeRatio } from "./result_rows.ts";

/** A result that has the peer in its ways. */
type BesideResult = Extract<Result, { ways: unknown }>;

const titles: Readonly<Record<Result["kind"], string>> = {
  "step": "One training step, medians",
  "products": "Our step under ONNX Runtime's profiler",
  "recompute": "Our step with gradient checkpointing and without, medians",
  "quantised": "One training step over a quantised base, medians",
  "epoch": "One epoch (the last), training loop only, medians",
  "first step": "From the start of the process to the end of the first step, medians",
  "equality": "Losses with every saving and with none, same steps",
  "language": "Steps of a language model on both sides",
  "pieces": "Our step with the vocabulary's loss in pieces and without, processor time",
  "large": "Our step over a large base",
};

/** What our second side is, where there is one. */
const otherSide: Partial<Record<Result["kind"], string>> = {
  "step": "with every position",
  "quantised": "our float32 base / peer",
};

/** Prints a table for each kind of result, and one of the peer's ways for each case. */
export function printTables(results: readonly Result[]): void {
  for (const kind of new Set(results.map((result) => result.kind))) {
    const rows = results.filter((result) => result.kind === kind);
    console.log(`${titles[kind]}\n`);
    console.log(markdownTable(rows.map((result) => [result.name, rowOf(result)])) + "\n");
    for (const result of rows) if ("ways" in result) printWays(result);
  }
}

function printWays({ kind, name, ways, ourMegabytes }: BesideResult): void {
  const unit = kind === "epoch" ? "s" : "ms";
  const rowOfWay = (way: MeasuredPeerWay | PeerWayLeftOut): Row => {
    if ("leftOut" in way) return { rounds: "0", "left out": way.leftOut };
    const other = otherSide[kind];
    return {
      "rounds": String(way.rounds),
      [`ours, ${unit}`]: inUnit(way.ours, unit),
      [`peer, ${unit}`]: inUnit(way.peer, unit),
      "ours / peer": way.ratio.toFixed(3),
      ...(other ? { [other]: way.otherRatios[0].toFixed(3) } : {}),
      "processor time": way.processorRatio.toFixed(3),
      "peer, peak MB": way.peerMegabytes.toFixed(0),
      "memory, ours / peer": (ourMegabytes / way.peerMegabytes).toFixed(3),
    };
  };
  console.log(`${name}: the ways of the peer, each in turns with ours\n`);
  console.log(markdownTable(ways.map((way) => [way.way, rowOfWay(way)])) + "\n");
}

/**
 * Time here divided by the peer's, by case: its fastest way, and after a slash each way, the memory
 * beside the fastest way, and the memory of a quantised base beside a float32 base. A recomputed
 * step is compared with the ordinary one.
 */
export function ratiosOf(results: readonly Result[]): Record<string, number> {
  const ratios: Record<string, number> = {};
  for (const result of results) {
    const { name } = result;
    if (result.kind === "recompute") ratios[name] = timeRatio(result);
    else if ("ratio" in result) ratios[name] = result.ratio;
    if ("ways" in result) {
      ratios[`${name}/memory`] = result.memoryRatio;
      for (const way of result.ways) {
        if ("ratio" in way) ratios[`${name}/${way.way}`] = way.ratio;
      }
    }
    if (result.kind === "quantised") ratios[`${name}/base-memory`] = result.baseRatio;
  }
  return ratios;
}
