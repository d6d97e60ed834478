import assert from "node:assert/strict";
import { labelsInOrder } from "../../../lib/pipeline/run/labels_in_order.ts";

const cases: [
  what: string,
  data: string[],
  names: string[] | undefined,
  outputs: number,
  wanted: string[] | undefined,
][] = [
  ["the head's order", ["neg", "pos"], ["pos", "neg"], 2, ["pos", "neg"]],
  ["labels that the data lacks", ["1", "5"], ["1", "3", "5"], 3, ["1", "3", "5"]],
  ["the data's spelling", ["neg", "pos"], ["POS", "NEG"], 2, ["pos", "neg"]],
  ["the data's accents", ["tr\u00e8s", "un"], ["Un", "tre\u0300s"], 2, ["un", "tr\u00e8s"]],
  ["its own spelling where there are two", ["a", "A"], ["A", "a"], 2, ["A", "a"]],
  ["labels that are one to the head", ["a", "A"], ["A", "b"], 2, undefined],
  ["one label that it does not know", ["neg", "odd"], ["neg", "pos"], 2, undefined],
  ["numbers of a head without names", ["0", "2"], undefined, 3, ["0", "1", "2"]],
  ["a number beyond it", ["0", "3"], undefined, 3, undefined],
  ["words and a head without names", ["neg", "pos"], undefined, 2, undefined],
];

for (const [what, data, names, outputs, wanted] of cases) {
  Deno.test(`labels in the order of a head: ${what}`, () => {
    assert.deepEqual(labelsInOrder(data, names, outputs), wanted);
  });
}
