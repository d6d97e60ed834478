import assert from "node:assert/strict";
import { open, type RunResult } from "tunebook";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";
import { makePlace, runWith } from "./hostile_case.ts";

Deno.test("a result and an opened model may be disposed twice, and say so when they are asked", () =>
  inFolder(async (folder) => {
    const place = await makePlace(folder);
    const result = await runWith(place) as RunResult<unknown>;
    const first = await result.predict(["good"]);
    assert.deepEqual(await result.predict(["good"]), first);
    const opened = await open(`file:${place.out}`);
    assert.equal((await opened.predict(["good"])).length, 1);
    for (const each of [result, opened]) {
      await each.dispose();
      await each.dispose();
      await assert.rejects(each.predict(["good"]), isMistake("input", /dispose|closed/));
    }
  }));
