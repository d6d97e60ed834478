import assert from "node:assert/strict";
import {
  sharedPromptFeeds,
  sharedPromptLayout,
  sharedPromptSaving,
} from "../../lib/data/shared_prompts.ts";

const groups = [{ prompt: 3, answers: [2, 1] }, { prompt: 1, answers: [1, 2] }];
const sequences = [[11, 12, 13, 21, 22], [11, 12, 13, 31], [41, 51], [41, 61, 62]]
  .map((ids) => Int32Array.from(ids));

Deno.test("a prompt stands once, its last token before each answer, and no answer's last token", () => {
  const layout = sharedPromptLayout(groups);
  assert.equal(layout.length, 2 + 2 + 1 + 1 + 2);
  const feeds = sharedPromptFeeds(sequences, layout);
  const of = (name: string) => [...feeds[name].data];
  assert.deepEqual(of("input_ids"), [11, 12, 13, 21, 13, 41, 41, 61]);
  assert.deepEqual(of("position_ids"), [0, 1, 2, 3, 2, 0, 0, 1]);
  assert.deepEqual(of("attention_mask"), [1, 1, 1, 1, 2, 3, 4, 4]);
  // Where a token of an answer is read: at the token before it, as in every layout.
  assert.deepEqual([...layout.starts].map((start, at) => start + groups[at >> 1].prompt - 1), [
    ...[2, 4, 5, 6],
  ]);
  assert.deepEqual(feeds.grid_rows.shape, [4, 4]);
  assert.deepEqual(of("grid_mask"), [1, 1, 1, 1, 1, 1, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0]);
  assert.deepEqual(of("grid_rows"), [0, 1, 2, 3, 0, 1, 4, 0, 5, 0, 0, 0, 6, 7, 0, 0]);
  assert.deepEqual(of("grid_read"), [1, 1, 1, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1, 1, 0, 0]);
  assert.deepEqual(of("token_cells"), [0, 1, 2, 3, 6, 8, 12, 13]);
  assert.deepEqual(of("shared_cells"), [0, 4, 1, 5]);
  assert.deepEqual(of("token_sums"), [0, 1, 4, 5, 8, 10, 14, 15]);
});

Deno.test("what is saved is the share of tokens that are not there", () => {
  assert.equal(sharedPromptSaving(groups), 1 - 8 / 14);
  assert.equal(sharedPromptSaving([]), 0);
});
