import assert from "node:assert/strict";
import { choice, int, startSearch, tpe } from "../../../mod.ts";

Deno.test("TPE asks for no trial twice while others are left", () => {
  const space = { level: int(0, 5), kind: choice("a", "b") };
  const search = startSearch(space, {
    better: "lower",
    sampler: tpe({ startupTrials: 4 }),
    seed: 3,
  });
  const asked: string[] = [];
  for (let trial = 0; trial < 9; trial++) {
    const { number, suggestion } = search.ask()!;
    asked.push(JSON.stringify(suggestion));
    search.tell(number, Math.abs(suggestion.level - 2) + (suggestion.kind === "a" ? 0 : 0.5));
  }
  const later = asked.slice(4);
  assert.equal(new Set(later).size, later.length);
  assert.ok(later.every((each) => !asked.slice(0, 4).includes(each)));
  assert.equal(search.best!.values[0], 0);
});
