import assert from "node:assert/strict";
import { join } from "node:path";
import { Random } from "../../../lib/core/random.ts";
import { openWatch, type Watch } from "../../../lib/serve/watch/open_watch.ts";
import { readProfile } from "../../../lib/serve/watch/profile/read_profile.ts";
import {
  profileFile,
  referenceProfile,
} from "../../../lib/serve/watch/profile/reference_profile.ts";
import { compareRows } from "../../../lib/serve/watch/drift/compare_rows.ts";
import { readReport } from "../../../lib/serve/watch/report/report_display.ts";
import { requestSignals } from "../../../lib/serve/watch/request_signals.ts";
import type { Alarm } from "../../../lib/serve/watch/rules/alarms.ts";
import { settleRules } from "../../../lib/serve/watch/rules/watch_rules.ts";
import { storedReport } from "../../../lib/serve/watch/store/request_store.ts";
import { watchedModel } from "../../../lib/serve/watch/watched_model.ts";
import { isMistake } from "../../is_mistake.ts";
import { inFolder } from "../../weights/in_folder.ts";
import { madeProfile, type MadeRow, madeRows } from "./made_rows.ts";

/** A folder with the profile of 200 film reviews. */
function inWatchedFolder(work: (folder: string, random: Random) => Promise<void>): Promise<void> {
  return inFolder(async (folder) => {
    const random = Random.fromSeed(3);
    const profile = await madeProfile(madeRows(200, "films", random));
    await Deno.writeTextFile(join(folder, profileFile), JSON.stringify(profile));
    await work(folder, random);
  });
}

function serve(watch: Watch, rows: readonly MadeRow[], name: string): void {
  rows.forEach(({ text, answer }, at) =>
    watch.answered({
      id: `${name}${at}`,
      at,
      milliseconds: 10 + at % 10,
      inputs: [text],
      answers: [answer],
    })
  );
}

Deno.test("reviews of phones raise one alarm in 200 requests, and films end it", () =>
  inWatchedFolder(async (folder, random) => {
    const alarms: Alarm[] = [];
    await using watch = await openWatch(folder, { onAlarm: (alarm) => alarms.push(alarm) });
    serve(watch, madeRows(200, "films", random), "a");
    assert.deepEqual((await watch.report()).raised, []);
    serve(watch, madeRows(200, "phones", random), "b");
    const found = await watch.report();
    assert.deepEqual(found.raised, ["drift"]);
    assert.equal(alarms.length, 1);
    assert.ok(alarms[0].rows <= 400 && alarms[0].detail.includes("vectors"), alarms[0].detail);
    const drifted = found.drift.filter(({ adjusted }) => adjusted! < 1e-4).map(({ signal }) =>
      signal
    );
    assert.ok(drifted.includes("vectors") && drifted.includes("confidence"), drifted.join());
    assert.ok(found.accuracy!.estimated!.high < found.accuracy!.reference.mean);
    serve(watch, madeRows(400, "films", random), "c");
    await watch.report();
    assert.deepEqual(alarms.map(({ state }) => state), ["raised", "ended"]);
  }));

Deno.test("the same distribution raises alarms at the rate that was asked for, or less often", async () => {
  const random = Random.fromSeed(11);
  const rules = settleRules({ window: 60, looks: 1, alpha: 0.05 });
  const runs = 100;
  let alarms = 0;
  for (let run = 0; run < runs; run++) {
    const profile = await madeProfile(madeRows(100, "films", random));
    const watched = watchedModel({ model: "m", profile, rules, now: () => 0 });
    const rows = madeRows(60, "films", random);
    const signals = await requestSignals(
      rows.map(({ text }) => text),
      rows.map(({ answer }) => answer),
      { readsTexts: true },
    );
    alarms += watched.add({ id: "r", at: 0 }, signals).alarms.length;
  }
  // 5 % of 100 are 5; a binomial number above 12 comes once in a thousand times.
  assert.ok(alarms <= 12, `${alarms} of ${runs}`);
});

Deno.test("later labels measure the accuracy, and tell where the estimate was wrong", () =>
  inWatchedFolder(async (folder, random) => {
    await using watch = await openWatch(folder);
    const rows = madeRows(200, "films", random);
    serve(watch, rows, "a");
    await watch.report();
    rows.forEach(({ answer, isRight }, at) => {
      const other = answer.label === "good" ? "bad" : "good";
      assert.ok(watch.label(`a${at}`, isRight ? answer.label : other));
    });
    assert.equal(watch.label("nobody", "good"), false);
    const { accuracy } = await watch.report();
    assert.equal(accuracy!.measured!.rows, 200);
    assert.equal(accuracy!.measured!.mean, rows.filter(({ isRight }) => isRight).length / 200);
    assert.equal(accuracy!.checked!.holds, true);
    // Words have changed their meaning: every answer is wrong.
    rows.forEach(({ answer }, at) =>
      watch.label(`a${at}`, answer.label === "good" ? "bad" : "good")
    );
    const wrong = await watch.report();
    assert.equal(wrong.accuracy!.measured!.mean, 0);
    assert.equal(wrong.accuracy!.checked!.holds, false);
    assert.match(String(wrong), /the labels disagree/);
  }));

Deno.test("rules of latency, errors and queue are looked at when asked", () =>
  inWatchedFolder(async (folder, random) => {
    const names: string[] = [];
    await using watch = await openWatch(folder, {
      onAlarm: ({ rule, state }) => names.push(`${rule} ${state}`),
      rules: {
        rules: [
          { name: "slow", measure: "p99", above: 15 },
          { name: "broken", measure: "errors", above: 0.2 },
          { name: "full", measure: "queue", above: 5, until: 1 },
        ],
      },
    });
    serve(watch, madeRows(20, "films", random), "a");
    for (let i = 0; i < 10; i++) watch.failed();
    watch.queued(6);
    watch.check();
    watch.queued(0);
    watch.check();
    assert.deepEqual(names, ["slow raised", "broken raised", "full raised", "full ended"]);
    const { latency, failed, finished } = await watch.report();
    assert.deepEqual([latency!.p50, latency!.p99, failed, finished], [14, 19, 10, 30]);
  }));

Deno.test("a number that was always the same has bins below and above it", () => {
  const signals = (words: number) => ({ numbers: { words }, classes: {} });
  const profile = referenceProfile({
    task: "t",
    readsTexts: true,
    signals: Array.from({ length: 40 }, () => signals(7)),
  });
  const served = Array.from({ length: 40 }, (_, at) => signals(at < 10 ? 7 : 9));
  const [{ shares, statistic, populationStability }] = compareRows(profile, served);
  assert.deepEqual(shares, [
    { name: "below 7", reference: 0, served: 0 },
    { name: "7", reference: 1, served: 0.25 },
    { name: "above 7", reference: 0, served: 0.75 },
  ]);
  assert.equal(statistic, 0.75);
  assert.ok(populationStability! > 1);
});

Deno.test("outliers are found by what is beyond all held-out rows", () =>
  inWatchedFolder(async (folder, random) => {
    await using watch = await openWatch(folder);
    serve(watch, madeRows(100, "films", random), "a");
    const text = "one two three four five six seven ".repeat(20);
    const odd = { ...madeRows(1, "films", random)[0], text };
    serve(watch, [odd], "odd");
    const { outliers } = await watch.report();
    assert.deepEqual([outliers.latest[0].id, outliers.latest[0].signals[0]], ["odd0", "words"]);
    assert.ok(outliers.found <= 8, `${outliers.found} of ${outliers.rows}`);
  }));

Deno.test("too few rows say nothing, and the report says so", () =>
  inWatchedFolder(async (folder, random) => {
    await using watch = await openWatch(folder, { rules: { window: 40, looks: 2 } });
    assert.match(String(await watch.report()), /the first look comes after 20 rows/);
    serve(watch, madeRows(20, "phones", random), "a");
    const few = await watch.report();
    assert.ok(few.drift.every(({ isTooFew, adjusted }) => isTooFew && adjusted === undefined));
    assert.match(String(few), /too few rows to say/);
    assert.deepEqual(few.raised, []);
  }));

Deno.test("neither a profile, a report nor an alarm has a text of a request", () =>
  inWatchedFolder(async (folder, random) => {
    const alarms: Alarm[] = [];
    const watch = await openWatch(folder, {
      onAlarm: (alarm) => alarms.push(alarm),
      store: { file: join(folder, "store.sqlite") },
    });
    serve(watch, madeRows(200, "phones", random), "a");
    const report = await watch.report();
    const page = await report.html();
    await watch[Symbol.asyncDispose]();
    const profile = await Deno.readTextFile(join(folder, profileFile));
    assert.equal(alarms.length, 1);
    for (
      const each of [JSON.stringify(report), String(report), page, profile, JSON.stringify(alarms)]
    ) {
      assert.doesNotMatch(each.replaceAll(/base64,[^"]*/g, ""), /battery|headset|director/);
    }
    assert.match(page, /<title>.*watched<\/title>/);
    assert.doesNotMatch(page, /<script|https?:\/\/(?!www\.w3\.org)/);
    // What a server or a store gives is the same report.
    const again = readReport(storedReport(join(folder, "store.sqlite")), "the store");
    assert.deepEqual(again.drift, report.drift);
    assert.deepEqual(again.raised, ["drift"]);
  }));

Deno.test("folders, options and reports that make no sense are refused", () =>
  inWatchedFolder(async (folder) => {
    await assert.rejects(
      openWatch(join(folder, "none")),
      isMistake("data", "deploy the model again"),
    );
    await assert.rejects(openWatch(folder, { rule: 1 } as never), isMistake("input", "rule"));
    const profile = await readProfile(folder);
    const damaged = {
      ...profile,
      rows: -1,
      numbers: { words: ["a"] },
      calibration: { slope: "x" },
    };
    await Deno.writeTextFile(join(folder, profileFile), JSON.stringify(damaged));
    await assert.rejects(
      openWatch(folder),
      isMistake("data", "rows is -1", "numbers.words", "calibration.slope", "calibration.bins"),
    );
    assert.throws(() => readReport({}, "http://a"), isMistake("data", "http://a gives no report"));
    const empty = { format: "tunebook watch report", version: 1 };
    assert.throws(() => readReport(empty, "x"), isMistake("data", "drift, history, raised"));
    assert.throws(
      () => readReport({ ...empty, version: 9 }, "x"),
      isMistake("unsupported", "version 9"),
    );
  }));
