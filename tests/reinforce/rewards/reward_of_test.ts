import assert from "node:assert/strict";
import { rewardJudge, rewardOf } from "tunebook";
import { sample } from "./sample.ts";

/** A model that says how long a text is. */
function modelOf(answer: (text: string) => unknown, labels: readonly string[] = []) {
  const asked: unknown[] = [];
  return {
    asked,
    labels,
    predict(inputs: readonly string[], { signal }: { signal?: AbortSignal } = {}) {
      asked.push([...inputs, signal?.aborted]);
      return Promise.resolve(inputs.map(answer));
    },
  };
}

Deno.test("the probability of a label, asked once for a batch", async () => {
  const model = modelOf((text) => ({ label: "a", probabilities: { a: 1 / text.length, b: 0 } }), [
    "a",
    "b",
  ]);
  const { values } = await rewardJudge({ a: rewardOf(model, { label: "a" }) })
    .judge([sample("xx"), sample("xxxx")]);
  assert.deepEqual(values.a, [0.5, 0.25]);
  assert.deepEqual(model.asked, [["xx", "xxxx", false]]);
});

Deno.test("the number of a regression, of a reward model, or by itself", async () => {
  for (
    const give of [
      (n: number) => ({ label: n, probabilities: {} }),
      (n: number) => ({ reward: n }),
      (n: number) => n,
    ]
  ) {
    const reward = rewardOf(modelOf((text) => give(text.length)), {
      input: ({ prompt, completion }) => prompt + completion,
    });
    const { totals } = await rewardJudge({ reward }).judge([sample("xx", { prompt: "abc" })]);
    assert.deepEqual(totals, [5]);
  }
});

Deno.test("what is no model, no label and no number is refused", async () => {
  assert.throws(() => rewardOf({} as never), /rewardOf takes an open model/);
  assert.throws(
    () => rewardOf(modelOf(() => 1, ["positive"]), { label: "positve" }),
    /label is positve, which the model has not \(did you mean "positive"\?\)/,
  );
  const spans = rewardJudge({ spans: rewardOf(modelOf(() => ({ label: "a" }))) });
  await assert.rejects(
    spans.judge([sample("x")]),
    /the reward spans failed: the model gives no number/,
  );
});
