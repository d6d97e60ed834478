import assert from "node:assert/strict";
import { fairnessGaps, Random, tableFromColumns } from "../../../mod.ts";
import { type Displayed, jupyterDisplay } from "../../../lib/core/display.ts";
import { isMistake } from "../../is_mistake.ts";
import { goldenPath } from "../../models/golden.ts";

const { groups: golden } = JSON.parse(await Deno.readTextFile(goldenPath("robustness.json")));
const names = ["no", "yes"];
const probabilities = { no: 0.5, yes: 0.5 };
const options = { label: "label", group: "group", positive: "yes", draws: 200 } as const;

function judged(truth: readonly number[], said: readonly number[], group: readonly string[]) {
  return {
    rows: tableFromColumns({ label: truth.map((id) => names[id]), group }),
    answers: said.map((id) => ({ label: names[id], probabilities })),
  };
}

Deno.test("rates and gaps equal fairlearn's", () => {
  for (const { group, truth, said, rates, gaps } of golden) {
    const { rows, answers } = judged(truth, said, group);
    const report = fairnessGaps(answers, rows, options);
    for (const { name, rows: _, ...own } of report.groups) {
      for (const [rate, value] of Object.entries(own)) {
        assert.ok(Math.abs(value - rates[name][rate]) < 1e-12, `${name} ${rate}`);
      }
    }
    for (const [gap, { value, low, high, pValue }] of Object.entries(report.gaps)) {
      assert.ok(Math.abs(value - gaps[gap]) < 1e-12, gap);
      assert.ok(low <= value && high >= low && pValue > 0 && pValue <= 1);
    }
    assert.deepEqual(fairnessGaps(answers, rows, options).gaps, report.gaps);
  }
});

Deno.test("a gap that was made is found, and one of chance is told as such", async () => {
  const random = Random.fromSeed(5);
  const size = 300;
  const draw = (share: number) => Number(random.uniform() < share);
  const group = Array.from({ length: size }, (_, row) => row % 2 === 0 ? "a" : "b");
  const truth = group.map(() => draw(0.5));
  const unfair = judged(truth, group.map((each) => draw(each === "a" ? 0.7 : 0.4)), group);
  const fair = judged(truth, group.map(() => draw(0.5)), group);
  const { gaps } = fairnessGaps(unfair.answers, unfair.rows, options);
  const { value, low, high, pValue } = gaps.demographicParity;
  assert.ok(value > 0.15 && low > 0.05 && high < 0.5 && pValue < 0.02);
  const report = fairnessGaps(fair.answers, fair.rows, options);
  assert.ok(report.gaps.demographicParity.pValue > 0.05);
  assert.match(String(report), /group[\s\S]*equalised odds/);
  const { "text/html": html } = await (report as unknown as Displayed)[jupyterDisplay]();
  assert.match(html as string, /demographic parity/);
});

Deno.test("rates that a group does not have are left out, and told", () => {
  const { rows, answers } = judged([1, 0, 0, 0], [1, 0, 1, 0], ["a", "a", "b", "b"]);
  const report = fairnessGaps(answers, rows, options);
  assert.deepEqual(report.notes, [
    "b has no rows with the label yes: its true positive rate is left out",
  ]);
  assert.equal(report.gaps.equalOpportunity.value, 0);
  assert.match(String(report), /note: b has no rows/);
});

Deno.test("what cannot be compared is refused", () => {
  const { rows, answers } = judged([1, 0], [1, 0], ["a", "a"]);
  assert.throws(
    () => fairnessGaps(answers, rows, { ...options, positive: "maybe" }),
    isMistake("input", "label maybe", "one group of group: a"),
  );
  assert.throws(
    () => fairnessGaps(answers, rows, { ...options, group: "who" }),
    isMistake("data", "who"),
  );
});
