import assert from "node:assert/strict";
import { arithmetic, rewardJudge } from "tunebook";
import {
  type ExactNumber,
  exactNumber,
  exactNumbersIn,
  isWithin,
} from "../../../lib/reinforce/rewards/exact_number.ts";
import { finalNumber } from "../../../lib/reinforce/rewards/final_number.ts";
import { sample } from "./sample.ts";

const decimal = ({ numerator, denominator }: ExactNumber) =>
  Number(numerator) / Number(denominator);
const read = (text: string) => exactNumbersIn(text).map(decimal);

Deno.test("numbers are read as people and TeX write them", () => {
  assert.deepEqual(read("-1,234.50 and 1e-3, .5; +7, −8 3/4 12."), [
    -1234.5,
    0.001,
    0.5,
    7,
    -8,
    0.75,
    12,
  ]);
  assert.deepEqual(read(String.raw`\frac{3}{4} \dfrac{-1}{2}, -\tfrac{ 1 }{ 8 }`), [
    0.75,
    -0.5,
    -0.125,
  ]);
  assert.deepEqual(read("$1,000,000 is 50% of it"), [1e6, 50]);
  assert.deepEqual(read("5-3, 5 -3, x-1, (2)-1, is -3, (-4)"), [5, 3, 5, 3, 1, 2, 1, -3, -4]);
  assert.deepEqual(read("1,2,3 and 1,23 and 12,345"), [1, 2, 3, 1, 23, 12345]);
  assert.deepEqual(read("1/0 x2 v1.2.3"), []);
  assert.deepEqual(read("no numbers"), []);
});

Deno.test("nothing is rounded", () => {
  const within = (a: string, b: string, tolerance = 0) =>
    isWithin(exactNumbersIn(a)[0], exactNumbersIn(b)[0], exactNumber(tolerance));
  assert.ok(within("0.1000", "1/10"));
  assert.ok(within("2/6", "1/3"));
  assert.ok(!within("0.333333333333333333333", "1/3"));
  assert.ok(within("0.3333", "1/3", 1e-4));
  assert.ok(!within("0.3333", "1/3", 1e-5));
  assert.ok(!within("9007199254740993", "9007199254740992"));
  assert.ok(within("-0", "0"));
  assert.ok(within("1e3", "1000") && within("1.5e-1", "0.15"));
  assert.ok(within("0.3", "0.2", 0.1)); // which 0.3 − 0.2 <= 0.1 of floating point would be as well,
  assert.ok(within("1.1", "1", 0.1)); // but not this one
  assert.ok(!(1.1 - 1 <= 0.1));
});

Deno.test("boxes come first, then marks, then the last number", () => {
  const last = (text: string) => {
    const found = finalNumber(text);
    return found && decimal(found);
  };
  assert.equal(last(String.raw`\boxed{1} or \boxed{x = 1{,}000{,}000} 7 #### 8`), 1000000);
  assert.equal(last(String.raw`\boxed{\text{none}} 7`), undefined);
  assert.equal(last(String.raw`7, so \boxed{8`), 8); // cut before it was closed
  assert.equal(last("#### 3 #### 4 in 5\n6"), 4);
  assert.equal(last("####\n42"), 42);
  assert.equal(last(String.raw`\boxed{12\,345}`), 12345);
  assert.equal(last("2 + 2 = 4."), 4);
  assert.equal(last(""), undefined);
});

Deno.test("long and odd texts take no time and no memory", () => {
  const odd = ["9".repeat(2e4), "1,".repeat(2e4), "-".repeat(2e4), "1e999999999", "1/".repeat(2e4)];
  for (const text of odd) exactNumbersIn(text);
  assert.deepEqual(exactNumbersIn("1e999999999"), []);
  assert.deepEqual(exactNumbersIn("9".repeat(2000)), []);
  finalNumber("\\boxed{".repeat(1e4) + "{".repeat(2e4));
});

Deno.test("an answer is right, wrong, or not to be judged", async () => {
  const { values } = await rewardJudge({
    right: arithmetic({ answer: "n" }),
    near: arithmetic({ answer: "n", tolerance: 0.01 }),
    other: () => 0,
  }).judge([
    sample("= 3.50", { row: { n: 3.5 } }),
    sample("= 3.51", { row: { n: 7n } }),
    sample("= 3.51", { row: { n: "7 halves are #### 3.5" } }),
    sample("none", { row: { n: 3.5 } }),
    sample("1", { row: { n: null } }),
  ]);
  assert.deepEqual(values.right, [1, 0, 0, 0, null]);
  assert.deepEqual(values.near, [1, 0, 1, 0, null]);
  const judge = rewardJudge({ right: arithmetic({ answer: "n" }) });
  for (const n of [NaN, "none", true, [1]]) {
    await assert.rejects(
      judge.judge([sample("1", { row: { n } })]),
      /reward right failed for the answer "1" to "Ask\.": the column n is .*, but must be a number/,
    );
  }
});
