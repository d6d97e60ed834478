import assert from "node:assert/strict";
import { readLabels } from "../../lib/data/labels.ts";
import { printedByPython } from "../../lib/table/printed_by_python.ts";
import { tableFromColumns } from "../../lib/table/table.ts";
import { isMistake } from "../is_mistake.ts";

Deno.test("what Python printed is told from JSON and from other texts", () => {
  const printed = [
    "['a', 'b']",
    `["it's", 'b']`,
    "['a' 'b']",
    "[1 2 3]",
    "[ 1  2\n 3]",
    "[(0, 5, 'PER')]",
    "('a', 'b')",
    "{'text': [], 'answer_start': []}",
    "array(['a'], dtype=object)",
    "[None, 1]",
    "[1.0, nan]",
    " ['a'] ",
  ];
  for (const text of printed) assert.match(printedByPython(text) ?? "", /as Python prints/, text);
  const others = ['["a", "b"]', "[]", "{}", "[1, 2]", "a b", "", "[sic] 'quoted'", "[a, b]", "(a)"];
  for (const text of [...others, "[x]|[y]", ["a"], null, 7]) {
    assert.equal(printedByPython(text), undefined, String(text));
  }
});

Deno.test("a missing list of classes is told as it is", () => {
  const table = tableFromColumns({ topics: [["a"], NaN, null, [NaN]] });
  assert.throws(
    () => readLabels(table, "topics", "multi"),
    isMistake("data", "row 2: NaN is not a list", "row 3: null is not", "row 4: no label (NaN)"),
  );
});

Deno.test("printed lists of classes are not cut at their commas", () => {
  const table = tableFromColumns({ topics: ["a,b", "['a', 'b']"] });
  assert.throws(
    () => readLabels(table, "topics", "multi", { separator: "," }),
    isMistake("data", "row 2: its classes are the text", "as Python prints"),
  );
});
