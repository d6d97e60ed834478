import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { doOnce } from "../../../lib/search/store/shared_work.ts";
import { secondsAtWork } from "../../../lib/search/store/trial_attempts.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";

const always = () => Promise.resolve(true);

Deno.test("work is done once, others wait for it, and what is gone or fails is done again", () =>
  inFolder(async (folder) => {
    const file = `${folder}/search.sqlite`;
    let [done, waited] = [0, 0];
    const work = () => new Promise<string>((go) => setTimeout(() => go(`result ${++done}`), 300));
    const shared = { name: "the plan", work, isThere: always, onWait: () => void waited++ };
    const both = await Promise.all([doOnce(file, shared), doOnce(file, shared)]);
    assert.deepEqual(both.map(({ result }) => result), ["result 1", "result 1"]);
    assert.deepEqual(both.map(({ isOwn }) => isOwn).sort(), [false, true]);
    assert.deepEqual([done, waited], [1, 1]);
    const gone = await doOnce(file, { ...shared, isThere: () => Promise.resolve(false) });
    assert.deepEqual(gone, { result: "result 2", isOwn: true });
    assert.equal((await doOnce(file, { ...shared, name: "another" })).result, "result 3");

    const failing = { ...shared, name: "failing" };
    await assert.rejects(doOnce(file, { ...failing, work: () => Promise.reject(new Error("no")) }));
    assert.equal((await doOnce(file, failing)).isOwn, true);
  }));

Deno.test("work of a process that is gone is taken over, that of another machine is waited for", () =>
  inFolder(async (folder) => {
    const file = `${folder}/search.sqlite`;
    const shared = {
      ...{ name: "the plan", work: () => Promise.resolve("done"), isThere: always },
      onWait: () => controller.abort(),
    };
    const controller = new AbortController();
    await doOnce(file, { ...shared, name: "to make the file" });
    const claimedBy = (seen: number) => {
      using database = new DatabaseSync(file);
      database.exec(
        `INSERT OR REPLACE INTO shared_work VALUES ('the plan', 'other', 'elsewhere', 1, ${seen}, NULL)`,
      );
    };
    claimedBy(Date.now());
    await assert.rejects(
      doOnce(file, { ...shared, signal: controller.signal }),
      isMistake("interrupted"),
    );
    claimedBy(Date.now() - 61_000);
    assert.equal((await doOnce(file, shared)).isOwn, true);
  }));

Deno.test("time at work counts once where several are at it", () => {
  const attempt = (began: number, until: number) =>
    ({ began, until, number: 0, worker: "", state: "ended" }) as const;
  assert.equal(secondsAtWork([]), 0);
  assert.equal(
    secondsAtWork([
      attempt(5000, 6000),
      attempt(1000, 3000),
      attempt(2000, 4000),
      attempt(2500, 2600),
    ]),
    4,
  );
});
