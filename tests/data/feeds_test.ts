import assert from "node:assert/strict";
import { batchFeeds } from "../../lib/data/feeds.ts";
import { packRows } from "../../lib/data/pack.ts";
import { toyExamples } from "../nn/packed_run.ts";

Deno.test("a packed batch says whose a token is, where it stands and where examples start", () => {
  const examples = toyExamples([2, 4, 1, 3]);
  const layout = packRows([3, 2, 1, 4], 5);
  // Rows: the example of 4 tokens and that of 1; those of 3 and 2.
  const feeds = batchFeeds(examples, [3, 0, 2, 1], { padId: 9, usesTypes: true, layout });
  const { ids, types = [] } = examples[1];
  assert.deepEqual(feeds.input_ids, {
    shape: [2, 5],
    data: Int32Array.of(...ids, ...examples[2].ids, ...examples[3].ids, ...examples[0].ids),
  });
  assert.deepEqual([...feeds.token_type_ids.data].slice(0, 4), [...types]);
  assert.deepEqual([...feeds.attention_mask.data], [1, 1, 1, 1, 2, 1, 1, 1, 2, 2]);
  assert.deepEqual([...feeds.position_ids.data], [0, 1, 2, 3, 0, 0, 1, 2, 0, 1]);
  assert.deepEqual(feeds.first_tokens, { shape: [2, 2], data: Int32Array.of(0, 4, 5, 8) });
  assert.deepEqual(feeds.example_slots, { shape: [4], data: Int32Array.of(2, 3, 1, 0) });
});

Deno.test("padding has no example, and slots that are nobody's point at their row", () => {
  const examples = toyExamples([3, 1, 1]);
  const layout = packRows([3, 1, 1], 3);
  const feeds = batchFeeds(examples, [0, 1, 2], { padId: 9, usesTypes: false, layout });
  assert.deepEqual([...feeds.input_ids.data].slice(5), [9]);
  assert.deepEqual([...feeds.attention_mask.data], [1, 1, 1, 1, 2, 0]);
  assert.deepEqual(feeds.first_tokens, { shape: [2, 2], data: Int32Array.of(0, 0, 3, 4) });
  assert.equal(feeds.token_type_ids, undefined);
});
