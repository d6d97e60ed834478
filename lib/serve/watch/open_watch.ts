/**
 * Watches a model that is served: takes note of its requests, compares them with the held-out rows, and tells
 * what is wrong.
 *
 * @module
 */
import { checkOptions, refuseOptions } from "../../core/check_options.ts";
import { messageOf, optionMistake } from "../../core/errors.ts";
import { callable, record, type Rules, text } from "../../core/option_rules.ts";
import { say } from "../../core/say.ts";
import { readProfile } from "./profile/read_profile.ts";
import { type ReportView, shownReport } from "./report/report_display.ts";
import { requestSignals, type TokensOf } from "./request_signals.ts";
import type { Alarm } from "./rules/alarms.ts";
import { checkAlarmLog, sendAlarm } from "./rules/send_alarm.ts";
import { readWatchRules, settleRules, type WatchRules } from "./rules/watch_rules.ts";
import { labelClass } from "./signals/answer_signals.ts";
import { openStore, type StoreOptions } from "./store/request_store.ts";
import { watchedModel } from "./watched_model.ts";

/** How to watch. */
export interface WatchOptions {
  /** What reports and alarms call the model; the folder unless given. */
  readonly model?: string;
  /** Rules, or the path of a JSON file of rules; one for drift unless given. */
  readonly rules?: WatchRules | string;
  /** Stores requests; they are not stored unless given. */
  readonly store?: StoreOptions;
  /** The tokens of a text, with which unknown ones are counted. */
  readonly tokensOf?: TokensOf;
  /** Is told each alarm, beside the webhook and the file of the rules. */
  readonly onAlarm?: (alarm: Alarm) => void;
  /** Milliseconds since 1970; the clock unless given. */
  readonly now?: () => number;
}

/** A request that was answered, as the server tells it. */
export interface WatchedRequest {
  /** By which labels find it later. */
  readonly id: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** What the answer took. */
  readonly milliseconds: number;
  readonly inputs: readonly unknown[];
  /** As `predict` gives them, one for each input. */
  readonly answers: readonly unknown[];
}

/** A model that is watched. */
export interface Watch extends AsyncDisposable {
  /**
   * Takes note of a request. Settled at once, and the request is looked at after the answer is sent; where
   * requests are stored, settled when this one is, so that no answer is given that the store does not have.
   */
  answered(request: WatchedRequest): Promise<void>;
  /** Takes note of a request that failed on the server's side. */
  failed(): void;
  /** Takes note of how many requests wait. */
  queued(requests: number): void;
  /**
   * Tells the true label of an answer that was given before, or its labels where it may have several. False
   * where the request is not known (any more); a store knows those of before the last start, too.
   *
   * @param row the number of the input in its request, from 0; 0 unless given
   */
  label(id: string, label: string | readonly string[], row?: number): boolean;
  /** Looks at the rules now; the watch does so by itself every ten seconds and with every look at drift. */
  check(): void;
  /** Everything so far, when all requests that were told are looked at. */
  report(): Promise<ReportView>;
}

const rules: Rules<WatchOptions> = {
  model: text,
  rules: ["rules, or the path of a file", (value) => typeof value === "string" || record[1](value)],
  store: record,
  tokensOf: callable,
  onAlarm: callable,
  now: callable,
};

/** Requests that wait to be looked at; more are counted and let go. */
const mostWaiting = 1000;
const checkMilliseconds = 10_000;
const purgeMilliseconds = 3_600_000;

/**
 * Opens the watch over a folder that tunebook deployed, whose `watch_profile.json` says what held-out rows
 * look like. Neither texts nor answers leave it unless `store` asks for them.
 *
 * Throws an error of kind "data" for a folder without a profile, of kind "input" with all that is wrong with
 * the rules, and of kind "output" for a store or a file of alarms that cannot be written.
 *
 * @example
 * ```ts
 * import { openWatch } from "tunebook";
 * import assert from "node:assert/strict";
 *
 * const folder = await Deno.makeTempDir();
 * const words = Array.from({ length: 40 }, (_, i) => 5 + i % 9);
 * await Deno.writeTextFile(`${folder}/watch_profile.json`, JSON.stringify({
 *   format: "tunebook watch profile", version: 1, task: "text-classification",
 *   readsTexts: true, rows: 40,
 *   numbers: { words: words.sort((a, b) => a - b) }, classes: {}, scores: {},
 * }));
 * await using watch = await openWatch(folder, { model: "reviews", rules: { window: 40, looks: 1 } });
 * for (let i = 0; i < 40; i++) {
 *   const inputs = ["much longer than what the model was tried on ".repeat(4)];
 *   watch.answered({ id: `r${i}`, at: Date.now(), milliseconds: 12, inputs, answers: [{}] });
 * }
 * const report = await watch.report();
 * assert.deepEqual(report.raised, ["drift"]);
 * await Deno.remove(folder, { recursive: true });
 * ```
 */
export async function openWatch(folder: string, options: WatchOptions = {}): Promise<Watch> {
  checkOptions("openWatch", options, rules);
  if (typeof folder !== "string" || folder === "") {
    refuseOptions("openWatch", [optionMistake("folder", "must be the path of a deployed folder")]);
  }
  const { model = folder, onAlarm, tokensOf, now = Date.now } = options;
  const given = typeof options.rules === "string"
    ? await readWatchRules(options.rules)
    : options.rules ?? {};
  const settled = settleRules(given);
  await checkAlarmLog(settled);
  const profile = await readProfile(folder);
  const store = options.store && await openStore(options.store);
  const watched = watchedModel({ model, profile, rules: settled, now });
  const sending = new Set<Promise<void>>();
  let [waiting, isStoreBroken] = [0, false];
  let pending = Promise.resolve();

  const stored = (write: (open: NonNullable<typeof store>) => void) => {
    if (!store) return;
    try {
      write(store);
      isStoreBroken = false;
    } catch (error) {
      // A full disk must not keep the server from answering, and is said once.
      if (!isStoreBroken) say(`requests of ${model} could not be stored: ${messageOf(error)}`);
      isStoreBroken = true;
    }
  };
  const tell = (alarms: readonly Alarm[]) => {
    for (const alarm of alarms) {
      stored((open) => open.addAlarm(alarm));
      const sent = sendAlarm(alarm, model, settled).finally(() => sending.delete(sent));
      sending.add(sent);
      onAlarm?.(alarm);
    }
  };
  const take = async ({ id, at, milliseconds, inputs, answers }: WatchedRequest) => {
    const { readsTexts, unknownToken } = profile;
    const signals = await requestSignals(inputs, answers, { readsTexts, unknownToken, tokensOf });
    stored((open) =>
      open.add(signals.map((each, row) => ({
        ...{ id, at, milliseconds, row },
        signals: each,
        input: inputs[row],
        answer: answers[row],
      })))
    );
    const { alarms, hasLooked } = watched.add({ id, at }, signals);
    tell(alarms);
    if (hasLooked) stored((open) => open.keepReport(watched.state(), now()));
  };
  const settledAll = async () => {
    await pending;
    await Promise.all(sending);
  };
  const checking = setInterval(() => tell(watched.check()), checkMilliseconds);
  const purging = setInterval(() => stored((open) => void open.purge(now())), purgeMilliseconds);
  Deno.unrefTimer(checking);
  Deno.unrefTimer(purging);
  stored((open) => void open.purge(now()));
  return Object.freeze({
    async answered(request: WatchedRequest) {
      watched.live.answered(request.milliseconds);
      if (waiting === mostWaiting) return watched.skip();
      waiting++;
      pending = pending.then(() => take(request)).catch((error) => {
        watched.skip();
        say(`a request of ${model} could not be watched: ${messageOf(error)}`);
      }).finally(() => void waiting--);
      if (store) await pending;
    },
    failed: () => watched.live.failed(),
    queued: (requests: number) => watched.live.queued(requests),
    label(id: string, label: string | readonly string[], row = 0) {
      const name = labelClass(typeof label === "string" ? [label] : label);
      const isKnown = watched.label(id, row, name);
      if (!isKnown && !store?.has(id, row)) return false;
      stored((open) => open.addLabel(id, row, name, now()));
      return true;
    },
    check: () => tell(watched.check()),
    async report() {
      await settledAll();
      return shownReport(watched.state());
    },
    async [Symbol.asyncDispose]() {
      clearInterval(checking);
      clearInterval(purging);
      await settledAll();
      stored((open) => open.keepReport(watched.state(), now()));
      store?.close();
    },
  });
}
