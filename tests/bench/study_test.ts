import assert from "node:assert/strict";
import { join } from "node:path";
import type { ComputePoint, StudiedCompute, StudiedTask } from "../../bench/compute_points.ts";
import { type ComputeResult, computeTable } from "../../bench/compute_table.ts";
import { study, type StudyResult, timeLeft } from "../../bench/study.ts";
import { inFolder } from "../weights/in_folder.ts";

interface Squared extends StudyResult {
  readonly square: number;
}

Deno.test("a study that was stopped goes on with what its file lacks", () =>
  inFolder(async (folder) => {
    const out = join(folder, "deep", "squares");
    const measured: number[] = [];
    const run = (points: readonly number[], last = Infinity) =>
      study<number, Squared>({
        points,
        keyOf: String,
        measure: (point) => {
          if (point === last) throw new Error("stopped");
          measured.push(point);
          return Promise.resolve({ square: point ** 2 });
        },
        table: (results) => results.map(({ key, square }) => `${key}: ${square}`).join("\n"),
        out,
        say: () => {},
      });
    await assert.rejects(run([1, 2, 3], 3), /stopped/);
    assert.equal(await Deno.readTextFile(`${out}.md`), "1: 1\n2: 4");
    const all = await run([1, 2, 3, 4]);
    assert.deepEqual(measured, [1, 2, 3, 4]);
    assert.deepEqual(all.map(({ square }) => square), [1, 4, 9, 16]);
    assert.deepEqual(JSON.parse(await Deno.readTextFile(`${out}.json`)), all);
  }));

Deno.test("the time that is left follows from the kinds of points", () => {
  const left = timeLeft(["short", "long", "short", "long", "other"]);
  assert.equal(left.words(0), "");
  left.took(0, 60);
  left.took(1, 180);
  // 60 + 180 + the mean of both kinds.
  assert.equal(left.words(2), ", about 6 minutes left");
  assert.equal(left.words(4), ", about 2 minutes left");
});

function resultsOf(
  task: StudiedTask,
  method: string,
  scores: Readonly<Record<StudiedCompute, readonly number[]>>,
  isSame = false,
): ComputeResult[] {
  return (["float32", "int8"] as const).flatMap((compute) =>
    scores[compute].map((score, at): ComputeResult => {
      const point: ComputePoint = { task, method, seed: at + 1, compute };
      return {
        key: JSON.stringify(point),
        point,
        size: "10 rows",
        machine: "one processor",
        outcome: {
          metric: "accuracy",
          score,
          lastLoss: 1,
          steps: 1,
          trainSeconds: 1,
          compute,
          ...(compute === "int8" && !isSame ? { drift: {} } : {}),
        },
      };
    })
  );
}

Deno.test("scores are paired by seed, and what computes nothing in int8 does not count", () => {
  const table = computeTable([
    ...resultsOf("sentiment", "lora", { float32: [0.9, 0.8, 0.7], int8: [0.91, 0.8, 0.72] }),
    ...resultsOf("sentiment", "full", { float32: [0.5, 0.6], int8: [0.5, 0.6] }, true),
    // Its second seed has no pair yet.
    ...resultsOf("tokens", "lora", { float32: [10, 20], int8: [10.02] }),
  ]);
  assert.match(table, /^On one processor\.\n\n## sentiment\n/);
  assert.match(table, /^\| lora \| 10 rows \| 0\.8000 \| 0\.8100 \| \+0\.0100 \| .* \| 3 \|$/m);
  assert.match(
    table,
    /^\| full \| 10 rows \| 0\.5500 \| 0\.5500 \| nothing in int8 \| – \| 2 \|$/m,
  );
  assert.match(table, /^\| \*\*all\*\* \| \| \| \| \+0\.0100 \| .* \| 3 pairs \|$/m);
  assert.match(table, /difference is \*\*beyond\*\* 0\.003/);
  assert.match(table, /^\| lora \| 10 rows \| 10\.0000 \| 10\.0200 \| \+0\.20 % \| – \| 1 \|$/m);
  assert.match(table, /difference is within 0\.5 %/);
});

Deno.test("a method that a task does not take is told with its reason", () => {
  const [result] = resultsOf("tags", "head", { float32: [1], int8: [] });
  const table = computeTable([{ ...result, outcome: { failure: "no such head" } }]);
  assert.match(table, /^\| head \| 10 rows \| no such head \| {2}\| {2}\| {2}\| 0 \|$/m);
});
