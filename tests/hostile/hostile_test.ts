import assert from "node:assert/strict";
import { malformedFiles } from "../table/malformed_files.ts";
import { wrongRows } from "../data/wrong_rows.ts";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";
import { malformedHeaders } from "../weights/malformed_headers.ts";
import { hostileCommands } from "./hostile_commands.ts";
import { hostileData } from "./hostile_data.ts";
import { hostileModels } from "./hostile_models.ts";
import { makePlace, snapshot } from "./hostile_case.ts";

const cases = [...hostileModels, ...hostileData];

Deno.test("at least 200 different hostile inputs are tried", () => {
  const names = [
    ...cases.map(({ name }) => name),
    ...hostileCommands.map(({ name }) => `command: ${name}`),
    ...malformedFiles.map(([name]) => `file: ${name}`),
    ...wrongRows.map(([name]) => `rows: ${name}`),
    ...malformedHeaders.map(([name]) => `safetensors: ${name}`),
  ];
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.length >= 200, `${names.length} inputs`);
  assert.ok(cases.length >= 100, `${cases.length} of whole runs`);
});

for (const { name, kind, message, prepare, run } of cases) {
  Deno.test(`refuses ${name}`, () =>
    inFolder(async (folder) => {
      const place = await makePlace(folder);
      await prepare?.(place);
      const before = await snapshot(folder);
      await assert.rejects(async () => await run(place), isMistake(kind, message));
      assert.deepEqual(await snapshot(folder), before, "something was written");
    }));
}
