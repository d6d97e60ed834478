/**
 * `deno task matrix`: every task × family × method × device × target is trained, scored, deployed, opened and asked
 * on tiny models, or refused before the first step. `--sample N --seed S` runs so many trainings, `--only task=dpo,kto`
 * those (`family=`, `method=`, `device=` likewise, also several times), `--targets N` writes so many targets of each
 * at most (2), `--no-servers` leaves out those that start a server. Outcomes are kept in `--results FILE`
 * (`out/matrix.jsonl`), and a run goes on where that ends; `--write` makes `docs/matrix.md` of them.
 *
 * @module
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { allCells, cellName, onlyCells, sampleCells } from "./cell.ts";
import { matrixPage } from "./matrix_page.ts";
import { keepResult, missing, readResults } from "./results.ts";
import { runCells } from "./run_cells.ts";

const { values } = parseArgs({
  options: {
    sample: { type: "string" },
    seed: { type: "string", default: "1" },
    only: { type: "string", multiple: true, default: [] },
    targets: { type: "string", default: "2" },
    "no-servers": { type: "boolean", default: false },
    results: { type: "string", default: "out/matrix.jsonl" },
    write: { type: "boolean", default: false },
  },
});
const file = resolve(values.results);
const results = await readResults(file);
const asked = onlyCells(allCells(), values.only);
const cells = values.sample === undefined
  ? asked
  : sampleCells(asked, Number(values.sample), Number(values.seed));
const left = missing(cells, results);
console.log(`${cells.length} trainings, of which ${cells.length - left.length} are done`);

let [done, faults] = [0, 0];
const began = performance.now();
await runCells(left, {
  targetsOfEach: Number(values.targets),
  writesServers: !values["no-servers"],
  earlier: [...results.values()],
  async onCell(cell, outcomes) {
    await keepResult(file, outcomes);
    results.set(cellName(cell), outcomes);
    done++;
    const raw = outcomes.filter(({ ending }) => ending === "raw");
    faults += raw.length;
    for (const { target = "training", reason } of raw) {
      console.log(`raw: ${cellName(cell)}, ${target}: ${reason}`);
    }
    if (done % 100 === 0 || done === left.length) {
      const minutes = (performance.now() - began) / 60_000;
      console.log(
        `${done} of ${left.length} trainings, ${faults} faults, ${minutes.toFixed(1)} minutes`,
      );
    }
  },
});
if (values.write) {
  const today = new Date().toISOString().slice(0, 10);
  const page = new URL("../../docs/matrix.md", import.meta.url);
  await Deno.writeTextFile(page, matrixPage(allCells(), results, today));
}
Deno.exit(faults > 0 ? 1 : 0);
