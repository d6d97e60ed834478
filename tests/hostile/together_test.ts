import assert from "node:assert/strict";
import { join } from "node:path";
import { isMistake } from "../is_mistake.ts";
import { inFolder } from "../weights/in_folder.ts";
import { makePlace, runWith } from "./hostile_case.ts";

const cases = {
  "one output folder": {},
  "one folder of checkpoints": { checkpoints: "checkpoint" },
};
for (const [name, { checkpoints }] of Object.entries<{ checkpoints?: string }>(cases)) {
  Deno.test(`two runs at once into ${name}: the second is refused at its start`, () =>
    inFolder(async (folder) => {
      const place = await makePlace(folder);
      const run = (out: string) =>
        runWith({ ...place, out: checkpoints ? join(folder, out) : place.out }, {
          train: checkpoints ? { checkpoints: join(folder, checkpoints), checkpointEvery: 1 } : {},
        });
      const ended = await Promise.allSettled([run("a"), run("b")]);
      const refused = ended.filter((each) => each.status === "rejected");
      assert.equal(refused.length, 1, JSON.stringify(ended.map(({ status }) => status)));
      await assert.rejects(Promise.reject(refused[0].reason), isMistake("output", /another run/));
      // Nothing of the locks is left, and the next run may write there.
      const hidden = async () =>
        (await Array.fromAsync(Deno.readDir(folder))).filter(({ name }) => name.startsWith("."));
      assert.deepEqual(await hidden(), []);
      await run("a");
      assert.deepEqual(await hidden(), []);
    }));
}
