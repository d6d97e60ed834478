import assert from "node:assert/strict";
import { int, startSearch, tpe } from "../../../mod.ts";

Deno.test("of a hundred settings TPE hardly asks for one twice, and finds the best", () => {
  for (const seed of [1, 2, 3]) {
    const space = { row: int(0, 9), column: int(0, 9) };
    const search = startSearch(space, { better: "lower", sampler: tpe(), seed });
    const asked = new Set<string>();
    for (let trial = 0; trial < 50; trial++) {
      const { number, suggestion } = search.ask()!;
      asked.add(JSON.stringify(suggestion));
      search.tell(number, (suggestion.row - 2) ** 2 + (suggestion.column - 7) ** 2);
    }
    // Before it looked for what was tried, it asked for some 25 different ones.
    assert.ok(asked.size >= 45, String(asked.size));
    assert.equal(search.best!.values[0], 0);
  }
});
