import assert from "node:assert/strict";
import type { ExpectedAnswer } from "../../../lib/nn/reader_contract.ts";
import { writtenReader } from "../../../lib/tasks/shared/written_reader.ts";

const { compare } = writtenReader<string>({
  pipeline: "text-generation",
  kind: "text",
  inputsOf: () => [],
  textOf: String,
});
/** What the trained model wrote, by the text after each token and how far the token led. */
const wrote = (...steps: readonly (readonly [string, number])[]) => ({
  written: {
    text: steps.at(-1)![0],
    steps: steps.map(([text, lead]) => ({ text, lead })),
  },
} as unknown as ExpectedAnswer<string, string>);

Deno.test("a text that differs is no mistake where the token hardly led, also one that shows nothing", () => {
  const differs = (found: string, expected: ExpectedAnswer<string, string>) =>
    compare(found, expected, 1e-3);
  assert.equal(differs(" a b", wrote(["a", 1], ["a b", 1])).difference, 0);
  assert.deepEqual(differs("a c", wrote(["a", 1], ["a b", 1e-4])), {
    difference: 1e-4,
    text: { isSame: false, hasSameFirstToken: true },
  });
  assert.match(differs("a c", wrote(["a", 1e-4], ["a b", 1])).problem!, /it writes "a c"/);
  // The end of the text led by little, and the reader went on.
  assert.equal(differs("a b c", wrote(["a", 1], ["a b", 1], ["a b", 1e-4])).problem, undefined);
  assert.match(differs("a b c", wrote(["a", 1], ["a b", 1e-4], ["a b", 1])).problem!, /a b c/);
  // Another language's token led by little before any letter.
  assert.equal(differs("c", wrote(["", 1], ["", 1e-4], ["b", 1])).problem, undefined);
});
