import assert from "node:assert/strict";
import { keeps, measuredValues, promiseAreas } from "../../bench/promises/promise.ts";
import { measuredPage } from "../../bench/promises/table.ts";

const promises = promiseAreas.flatMap(({ promises }) => promises);

Deno.test("the page of measured figures is what `deno task measured` writes", async () => {
  const page = await Deno.readTextFile(new URL("../../docs/measured.md", import.meta.url));
  assert.equal(page, measuredPage(promiseAreas, measuredValues));
});

Deno.test("each figure has a bound and a command that is there", async () => {
  const tasks = Object.keys(
    JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url))).tasks,
  );
  for (const { name, most, least, command } of promises) {
    assert.ok(most !== undefined || least !== undefined, name);
    const [, task] = /deno@?[\d.]* task (\S+)/.exec(command) ?? [];
    const [, file] = /deno run -A (\S+)/.exec(command) ?? [];
    if (file) await Deno.stat(new URL(`../../${file}`, import.meta.url));
    else assert.ok(tasks.includes(task), `${name}: ${command}`);
  }
});

Deno.test("names of figures occur once, and each value belongs to one", () => {
  const names = promises.map(({ name }) => name);
  assert.deepEqual(names, [...new Set(names)]);
  assert.deepEqual(Object.keys(measuredValues).filter((name) => !names.includes(name)), []);
});

Deno.test("a figure that is missed says why, and one that holds makes no excuse", () => {
  for (const promise of promises) {
    const measured = measuredValues[promise.name];
    if (!measured) continue;
    assert.equal(promise.reason !== undefined, !keeps(promise, measured.value), promise.name);
  }
});

Deno.test("a value keeps its bounds or does not", () => {
  const promise = { name: "a", what: "a", command: "deno task bench", least: -1, most: 1 };
  assert.deepEqual([-2, -1, 0, 1, 2].map((value) => keeps(promise, value)), [
    false,
    true,
    true,
    true,
    false,
  ]);
});
