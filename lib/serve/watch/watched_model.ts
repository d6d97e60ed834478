/**
 * The state of a watched model: its latest rows, the looks at them, and the alarms.
 *
 * @module
 */
import { estimateAccuracy } from "./accuracy/estimated_accuracy.ts";
import { laterLabels } from "./accuracy/later_labels.ts";
import { compareRows, leastRows, type SignalDrift } from "./drift/compare_rows.ts";
import { type LiveState, type RequestNumbers, requestNumbers } from "./live/request_numbers.ts";
import { recent } from "./live/recent.ts";
import { outlierTest } from "./outliers.ts";
import type { ReferenceProfile } from "./profile/reference_profile.ts";
import { type Alarm, alarmsOf, type Measured } from "./rules/alarms.ts";
import { type Measure, measures, type SettledRules } from "./rules/watch_rules.ts";
import type { RowSignals } from "./signals/row_signals.ts";
import {
  reportVersion,
  type WatchedAccuracy,
  type WatchedOutlier,
  type WatchLook,
  type WatchState,
} from "./watch_report.ts";

/** A model that is watched, without clock, disk and network. */
export interface WatchedModel {
  readonly live: RequestNumbers;
  /** Takes note of a request's rows. */
  add(
    request: { readonly id: string; readonly at: number },
    rows: readonly RowSignals[],
  ): { readonly alarms: Alarm[]; readonly hasLooked: boolean };
  /** Counts a request that is not watched. */
  skip(): void;
  label(id: string, row: number, label: string): boolean;
  /** Looks at the rules without a new row. */
  check(): Alarm[];
  state(): WatchState;
}

/** What is kept for reports. */
const [mostLooks, mostOutliers, mostAlarms] = [200, 20, 50];

/** Begins to watch. */
export function watchedModel(
  { model, profile, rules, now }: {
    readonly model: string;
    readonly profile: ReferenceProfile;
    readonly rules: SettledRules;
    readonly now: () => number;
  },
): WatchedModel {
  const { window, looks, alpha } = rules;
  const every = Math.ceil(window / looks);
  const since = now();
  const live = requestNumbers();
  const labels = laterLabels();
  const alarms = alarmsOf(rules);
  const { beyond: beyondOf, expectedShare } = outlierTest(profile);
  const rows = recent<RowSignals>(window);
  const odd = recent<boolean>(window);
  const [history, found, told] = [
    recent<WatchLook>(mostLooks),
    recent<WatchedOutlier>(mostOutliers),
    recent<Alarm>(mostAlarms),
  ];
  let [requests, count, unwatched, sinceLook] = [0, 0, 0, 0];
  let drift: SignalDrift[] = [];
  let look: WatchLook | undefined;

  const lookNow = () => {
    drift = compareRows(profile, rows.values());
    const estimated = estimateOf(profile, rows.values());
    const tested = drift.flatMap(({ adjusted }) => adjusted ?? []);
    const { latency } = live.state();
    look = {
      rows: count,
      at: now(),
      ...(tested.length > 0 ? { drift: Math.min(1, Math.min(...tested) * looks) } : {}),
      ...(estimated ? { estimated } : {}),
      ...(latency ? { p95: latency.p95 } : {}),
    };
    history.add(look);
    sinceLook = 0;
  };
  const update = (isLook: boolean): Alarm[] => {
    const measured = {
      ...serverMeasures(live.state()),
      // Rules of rows count looks, those of the server count every check.
      ...(isLook ? rowMeasures(drift, look, odd.values(), labels.found(undefined)) : {}),
    };
    const about = { at: now(), rows: count, detail: (of: Measure) => detailOf(of, drift) };
    const raised = alarms.update(measured, about);
    raised.forEach((alarm) => told.add(alarm));
    return raised;
  };
  return {
    live,
    add({ id, at }, signals) {
      requests++;
      const raised: Alarm[] = [];
      let hasLooked = false;
      signals.forEach((each, row) => {
        count++;
        rows.add(each);
        const beyond = beyondOf(each);
        odd.add(beyond.length > 0);
        if (beyond.length > 0) found.add({ id, row, at, signals: beyond });
        const { label } = each.classes;
        const { confidence } = each.numbers;
        if (label !== undefined) labels.await(id, row, { label, confidence });
        if (++sinceLook < every) return;
        lookNow();
        hasLooked = true;
        raised.push(...update(true));
      });
      return { alarms: raised, hasLooked };
    },
    skip: () => void unwatched++,
    label: (id, row, label) => labels.tell(id, row, label),
    check: () => update(false),
    state: () => {
      const labelled = labels.found(profile.calibration);
      const accuracy = accuracyOf(profile, look, labelled);
      return {
        format: "tunebook watch report",
        version: reportVersion,
        model,
        task: profile.task,
        referenceRows: profile.rows,
        ...{ since, at: now(), requests, rows: count, unwatched, window, looks, alpha },
        ...live.state(),
        drift,
        history: history.values(),
        ...(accuracy ? { accuracy } : {}),
        outliers: { ...shareOf(odd.values()), expectedShare, latest: found.values().reverse() },
        raised: alarms.raised(),
        alarms: told.values().reverse(),
      };
    },
  };
}

function serverMeasures({ latency, failed, finished, queue, memory }: LiveState): Measured {
  return {
    ...(latency ? { p50: latency.p50, p95: latency.p95, p99: latency.p99 } : {}),
    ...(finished > 0 ? { errors: failed / finished } : {}),
    ...(queue === undefined ? {} : { queue }),
    memory,
  };
}

function rowMeasures(
  drift: readonly SignalDrift[],
  look: WatchLook | undefined,
  odd: readonly boolean[],
  { measured }: Pick<WatchedAccuracy, "measured">,
): Measured {
  const largest = (values: readonly number[]) =>
    values.length > 0 ? Math.max(...values) : undefined;
  const { rows, found } = shareOf(odd);
  const all = {
    drift: look?.drift,
    populationStability: largest(drift.flatMap((each) => each.populationStability ?? [])),
    jensenShannon: largest(drift.flatMap((each) => each.jensenShannon ?? [])),
    estimatedAccuracy: look?.estimated?.mean,
    outliers: rows >= leastRows ? found / rows : undefined,
    accuracy: measured && measured.rows >= leastRows ? measured.mean : undefined,
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined));
}

function shareOf(odd: readonly boolean[]): { readonly rows: number; readonly found: number } {
  return { rows: odd.length, found: odd.filter(Boolean).length };
}

function estimateOf({ calibration }: ReferenceProfile, rows: readonly RowSignals[]) {
  const confidences = rows.flatMap(({ numbers }) => numbers.confidence ?? []);
  if (!calibration || confidences.length < leastRows) return undefined;
  return estimateAccuracy(confidences, calibration);
}

function accuracyOf(
  { calibration }: ReferenceProfile,
  look: WatchLook | undefined,
  labelled: Pick<WatchedAccuracy, "measured" | "checked">,
): WatchedAccuracy | undefined {
  if (!calibration) return undefined;
  return {
    reference: calibration.accuracy,
    ...(look?.estimated ? { estimated: look.estimated } : {}),
    ...labelled,
    calibration: calibration.bins,
  };
}

/** What an alarm is about: which signals have drifted, or what was measured. */
function detailOf(measure: Measure, drift: readonly SignalDrift[]): string {
  if (measure !== "drift") return measures[measure];
  const sorted = drift.filter(({ adjusted }) => adjusted !== undefined)
    .toSorted((a, b) => a.adjusted! - b.adjusted!);
  const shown = 3;
  return sorted.slice(0, shown).map(({ signal, test, adjusted, reference, served }) =>
    `${signal} (${test}, corrected p ${adjusted!.toPrecision(2)}, ${reference} and ${served} rows)`
  ).join("; ");
}
