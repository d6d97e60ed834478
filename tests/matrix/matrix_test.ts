import assert from "node:assert/strict";
import { inFolder } from "../weights/in_folder.ts";
import { allCells, cellName, onlyCells, sampleCells, sides, targetNames } from "./cell.ts";
import { matrixPage } from "./matrix_page.ts";
import { badNumber, endingOf, faultOf, type Outcome } from "./outcome.ts";
import { reasonOf } from "./reason.ts";
import { keepResult, missing, readResults } from "./results.ts";
import { runCells } from "./run_cells.ts";
import { targetChoice } from "./target_choice.ts";
import { cheapTargets } from "./toy_parts.ts";
import { TunebookError } from "../../lib/core/errors.ts";

/** Trainings of the part that is drawn; most are refused at once. */
const drawn = 8;
/** One that is trained whatever is drawn, so that the part is never of refusals alone. */
const certain = ["task=text-classification", "family=bert", "method=lora", "device=cpu"];

Deno.test("a seeded part of the matrix works or is refused with a reason", async () => {
  const all = allCells();
  const cells = [...onlyCells(all, certain), ...sampleCells(all, drawn, 22)];
  const outcomes = await runCells(cells, { targetsOfEach: 1, writesServers: false });
  assert.deepEqual(outcomes.filter(({ ending }) => ending === "raw"), []);
  const trainings = outcomes.filter(({ target }) => target === undefined);
  assert.deepEqual(trainings.map(cellName), cells.map(cellName));
  assert.equal(trainings[0].ending, "works");
  assert.deepEqual(
    outcomes.filter((each) => cellName(each) === cellName(cells[0]) && each.target)
      .map(({ target }) => target).sort(),
    targetNames.toSorted(),
  );
  for (const { ending, reason } of outcomes) {
    assert.equal(ending === "refused", reason !== undefined && reason !== "");
  }
});

Deno.test("every combination stands in the matrix once, and a part is the same for a seed", () => {
  const all = allCells();
  const size = Object.values(sides).reduce((product, { length }) => product * length, 1);
  assert.equal(new Set(all.map(cellName)).size, size);
  assert.equal(all.length, size);
  const some = sampleCells(all, 5, 3);
  assert.deepEqual(sampleCells(all, 5, 3), some);
  assert.notDeepEqual(sampleCells(all, 5, 4), some);
  const dpo = onlyCells(all, ["task=dpo", "family=gpt2,llama"]);
  assert.equal(dpo.length, 2 * sides.method.length * sides.device.length);
  assert.throws(() => onlyCells(all, ["task=none"]), /--only task=none: none is none of/);
});

Deno.test("errors before the first step are refusals only where a person can act on them", () => {
  assert.deepEqual(endingOf(new TunebookError("unsupported", "no head")), {
    ending: "refused",
    reason: "no head",
  });
  assert.equal(endingOf(new TypeError("x is undefined")).ending, "raw");
  assert.equal(endingOf(new TunebookError("diverged", "the loss is NaN")).ending, "raw");
  assert.match(
    faultOf(new TunebookError("input", "late")).reason!,
    /^TunebookError \(input\).*: late$/,
  );
  assert.equal(
    badNumber([{ score: 1, vector: Float32Array.of(0, NaN) }]),
    "answers.0.vector.1 is NaN",
  );
  assert.equal(badNumber([{ image: new Uint8Array(3), label: null }]), undefined);
});

Deno.test("targets take turns until all were written, those that were always refused come last", () => {
  const choice = targetChoice(2, false);
  const cell = { task: "chat", family: "gpt2", method: "lora", device: "cpu" };
  const [first] = choice.of(cell).written;
  choice.learn([{ ...cell, target: first, ending: "refused", reason: "no" }]);
  const [second] = choice.of(cell).written;
  choice.learn([{ ...cell, target: second, ending: "works" }]);
  const next = choice.of(cell);
  assert.equal(new Set([first, second, next.written[0]]).size, 3);
  assert.equal(next.written.at(-1), first);
  assert.equal(next.most, 2);
  assert.deepEqual(targetNames.filter((name) => !next.written.includes(name)), [
    "container",
    "edge",
    "executable",
  ]);
  choice.learn(next.written.map((target) => ({ ...cell, target, ending: "works" })));
  assert.deepEqual(
    [choice.of(cell).written[0], choice.of(cell).most],
    [cheapTargets[0], 1],
    "all were written, the cheapest is written again",
  );
  assert.equal(choice.of({ ...cell, method: "ia3" }).most, 2, "another method has written none");
});

Deno.test("outcomes are kept, what failed is tried again, and the page tells reasons once", () =>
  inFolder(async (folder) => {
    const file = `${folder}/results/matrix.jsonl`;
    const cells = onlyCells(allCells(), ["task=dpo", "method=head", "device=cpu"]).slice(0, 3);
    const reason = (family: string) => `${family} models have no head "language"; they have boxes.`;
    const endings: readonly Pick<Outcome, "ending" | "reason">[] = [
      ...cells.slice(0, 2).map(({ family }) => ({
        ending: "refused" as const,
        reason: reason(family),
      })),
      { ending: "raw", reason: "TypeError: x" },
    ];
    for (const [at, cell] of cells.entries()) await keepResult(file, [{ ...cell, ...endings[at] }]);
    const results = await readResults(file);
    assert.deepEqual(missing(cells, results), [cells[2]]);
    assert.equal(
      reasonOf({ ...cells[0], ...endings[0] }),
      '‹family› models have no head "language".',
    );
    const page = matrixPage(cells, results, "2026-11-30");
    assert.ok(
      page.includes(
        `| ‹family› models have no head "language". | dpo | ${cells[0].family}, ${
          cells[1].family
        } | head | 2 |`,
      ),
      page,
    );
    assert.match(
      page,
      /All 3 trainings have been run\. 0 work and 2 are refused.*\*\*1 ended in another way/,
    );
    assert.equal((await readResults(`${folder}/none.jsonl`)).size, 0);
  }));
