import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { readSearch } from "../../../lib/search/store/read_search.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { openShared, valueOf } from "./search_process.ts";

Deno.test("a search is read while a process works on it, and stays as it is", () =>
  // deno-lint-ignore require-await
  inFolder(async (folder) => {
    const file = `${folder}/search.sqlite`;
    using search = openShared(file);
    for (let trial = 0; trial < 3; trial++) {
      const { number, suggestion } = search.ask()!;
      search.report(number, 1, 1);
      search.tell(number, valueOf(suggestion));
    }
    const { number } = search.ask()!;
    const { history, attempts, sampler } = readSearch(file);
    assert.deepEqual(history, search.history);
    assert.equal(sampler, "tpe");
    assert.deepEqual(attempts.map(({ state }) => state), ["ended", "ended", "ended", "pending"]);
    assert.equal(new Set(attempts.map(({ worker }) => worker)).size, 1);
    assert.ok(attempts.every(({ began, until }) => began <= until));
    search.tell(number, 1);
    assert.equal(readSearch(file).attempts[3].state, "ended");
  }));

Deno.test("an attempt of a process that is gone is lost, and the next one is another's", () =>
  // deno-lint-ignore require-await
  inFolder(async (folder) => {
    const file = `${folder}/search.sqlite`;
    {
      using search = openShared(file);
      search.ask();
    }
    using database = new DatabaseSync(file);
    database.exec("UPDATE trials SET owner = 'gone', seen = 5");
    database.exec("UPDATE attempts SET owner = 'gone', process = 1, began = 2, ended = NULL");
    using search = openShared(file);
    const { number } = search.ask()!;
    assert.equal(number, 0);
    search.tell(number, 1);
    const [lost, own, ...more] = readSearch(file).attempts;
    assert.deepEqual([lost.state, lost.began, lost.until], ["lost", 2, 5]);
    assert.equal(own.state, "ended");
    assert.equal(more.length, 0);
  }));

Deno.test("files without a search, without times and with damage are told apart", () =>
  inFolder(async (folder) => {
    const file = `${folder}/search.sqlite`;
    assert.throws(() => readSearch(file), isMistake("input", /there is no file .*search.sqlite/));
    await Deno.writeTextFile(`${folder}/text`, "no database at all, but long enough to be one");
    assert.throws(() => readSearch(`${folder}/text`), isMistake("input", /is no search's file/));
    {
      using search = openShared(file);
      search.tell(search.ask()!.number, 1);
    }
    using database = new DatabaseSync(file);
    database.exec("DROP TABLE attempts");
    assert.deepEqual(readSearch(file).attempts, []);
    database.exec("UPDATE trials SET trial = '{'");
    assert.throws(() => readSearch(file), isMistake("data", /is damaged/));
  }));
