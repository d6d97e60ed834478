import assert from "node:assert/strict";
import {
  exactAnswer,
  jsonMatches,
  lengthBetween,
  matches,
  type Reward,
  rewardJudge,
  type RewardSample,
} from "tunebook";
import { fencedBlock } from "../../../lib/reinforce/rewards/fenced_block.ts";
import { sample } from "./sample.ts";

async function valuesOf(
  reward: Reward,
  samples: readonly (string | Omit<RewardSample, "signal">)[],
  signal?: AbortSignal,
) {
  const { values } = await rewardJudge({ reward, other: () => 0 }).judge(
    samples.map((each) => typeof each === "string" ? sample(each) : each),
    { signal },
  );
  return values.reward;
}

Deno.test("a pattern that would take years is ended, and the next answer is judged", async () => {
  const reward = matches(/^(a+)+$/g, { timeoutSeconds: 0.1 });
  const long = `${"a".repeat(50)}!`;
  assert.deepEqual(await valuesOf(reward, ["aaa", long, "aa", "b"]), [1, 0, 1, 0]);
  const left = matches(/^(a+)+$/, { timeoutSeconds: 0.1, onTimeout: null });
  assert.deepEqual(await valuesOf(left, [long, "a"]), [null, 1]);
});

Deno.test("a pattern that is global or sticky finds the same in every answer", async () => {
  assert.deepEqual(await valuesOf(matches(/b/gy), ["ab", "ab", "b"]), [1, 1, 1]);
  assert.deepEqual(await valuesOf(matches(/^B$/im), ["a\nb"]), [1]);
});

Deno.test("a stop ends a pattern that is being looked for", async () => {
  const controller = new AbortController();
  const judging = valuesOf(
    matches(/^(a+)+$/, { timeoutSeconds: 60 }),
    [`${"a".repeat(50)}!`],
    controller.signal,
  );
  setTimeout(() => controller.abort(), 200);
  await assert.rejects(judging, { kind: "interrupted" });
});

Deno.test("JSON is compared with its schema, fenced or not", async () => {
  const schema = { type: "object", properties: { a: { type: "integer" } }, required: ["a"] };
  const answers = [
    '{"a": 1}',
    'Here:\n```json\n{"a": 2}\n```',
    "```ts\n1\n```",
    '{"a": "1"}',
    "{",
    "",
    "[".repeat(1e5),
    '{"__proto__": {"a": 1}}',
  ];
  assert.deepEqual(await valuesOf(jsonMatches(schema), answers), [1, 1, 0, 0, 0, 0, 0, 0]);
  assert.deepEqual(await valuesOf(jsonMatches(schema, { fenced: false }), answers.slice(0, 2)), [
    1,
    0,
  ]);
});

Deno.test("a schema with a pattern that takes for ever is ended", async () => {
  const reward = jsonMatches({ type: "string", pattern: "^(a+)+$" }, { timeoutSeconds: 0.1 });
  assert.deepEqual(await valuesOf(reward, ['"aa"', `"${"a".repeat(50)}!"`]), [1, 0]);
});

Deno.test("a schema that cannot be used is told before the first step", async () => {
  for (const schema of [{ type: "objekt" }, { $ref: "#/nowhere" }, { propertis: {} }]) {
    await assert.rejects(
      rewardJudge({ form: jsonMatches(schema) }).prepare(),
      /the reward form: the schema cannot be used: /,
    );
  }
  await rewardJudge({
    old: jsonMatches({ $schema: "http://json-schema.org/draft-07/schema#", items: [{}] }),
  }).prepare();
  assert.throws(() => jsonMatches("{}" as never), { kind: "input" });
});

Deno.test("an answer equals one of the right ones", async () => {
  const row = (right: unknown) => ({ row: { right } });
  const answers = [
    sample(" Two\n words ", row("Two words")),
    sample("cafe\u0301", row("café")),
    sample("42", row(42)),
    sample("b", row(["a", "b"])),
    sample("A", row("a")),
    sample("A", row(null)),
    sample("", row("")),
  ];
  const reward = exactAnswer({ answer: "right" });
  assert.deepEqual(await valuesOf(reward, answers), [1, 1, 1, 1, 0, null, 1]);
  const strict = exactAnswer({ answer: "right", ignoreSpaces: false, ignoreCase: true });
  assert.deepEqual(await valuesOf(strict, answers), [0, 1, 1, 1, 1, null, 1]);
  assert.deepEqual(reward.columns, ["right"]);
  await assert.rejects(
    valuesOf(reward, [sample("a", { row: { left: "a" } })]),
    /has no column right; it has left/,
  );
  await assert.rejects(
    valuesOf(reward, [sample("a", row({ a: 1 }))]),
    /the column right is \{"a":1\}/,
  );
});

Deno.test("lengths within the bounds get 1, and less the further they are outside", async () => {
  const tokens = (count: number) => sample("a b", { completionTokens: count });
  const answers = [0, 1, 2, 5, 6, 7, 9].map(tokens);
  assert.deepEqual(await valuesOf(lengthBetween({ least: 2, most: 5 }), answers), [
    0,
    0,
    1,
    1,
    0,
    0,
    0,
  ]);
  const soft = lengthBetween({ least: 2, most: 5, falloff: 4 });
  assert.deepEqual(await valuesOf(soft, answers), [0.5, 0.75, 1, 1, 0.75, 0.5, 0]);
  const letters = lengthBetween({ least: 2, most: 2, unit: "characters" });
  assert.deepEqual(await valuesOf(letters, ["👍👍", "a", "abc"]), [1, 0, 0]);
  assert.deepEqual(await valuesOf(lengthBetween({ least: 1, unit: "words" }), [" \n", "a"]), [
    0,
    1,
  ]);
  assert.throws(() => lengthBetween({ least: 5, most: 2 }), /least is 5, more than most, 2/);
  assert.throws(() => lengthBetween({}), /least or most must be given/);
});

Deno.test("DAPO's soft punishment is the falloff less one", async () => {
  // trl.rewards.get_soft_overlong_punishment(20, 4) of TRL 1.16 at these lengths
  const lengths = [10, 16, 17, 18, 20, 25];
  const theirs = [0, 0, -0.25, -0.5, -1, -1];
  const reward = lengthBetween({ most: 16, falloff: 4 });
  const ours = await valuesOf(
    reward,
    lengths.map((count) => sample("", { completionTokens: count })),
  );
  assert.deepEqual(ours.map((value) => value! - 1), theirs);
});

Deno.test("the last fenced block is taken", () => {
  assert.equal(fencedBlock("a\n```\n1\n```\n```js\n2\n3\n```\nb"), "2\n3");
  assert.equal(fencedBlock("```js\n1\n```\n```py\n2\n```", ["js"]), "1");
  assert.equal(fencedBlock("````md\n```\n1\n```\n````"), "```\n1\n```");
  assert.equal(fencedBlock("~~~\n1\n~~~"), "1");
  assert.equal(fencedBlock("```js\nunclosed"), "```js\nunclosed");
  assert.equal(fencedBlock("say ```a``` here"), "say ```a``` here");
});
