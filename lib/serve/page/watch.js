/**
 * How the requests to a model differ from the rows that it was tried on, where the server watches it.
 *
 * @module
 */
import { errorLine } from "../../deploy/browser/page/answer.js";
import { element } from "../../deploy/browser/page/element.js";
import { facts, table } from "./described.js";
import { getJson } from "./server.js";

const part = (id) => document.getElementById(id);
const endpoint = "/watch.json";
/** More alarms are in the report itself. */
const mostAlarms = 10;
let shown;

/** Shows the report of a model; nothing where the server has none. */
export async function showWatch(model, { paths }) {
  shown = model.id;
  part("watch").hidden = true;
  if (!(endpoint in paths)) return;
  try {
    const state = await getJson(`${endpoint}?model=${encodeURIComponent(model.id)}`);
    if (shown !== model.id) return;
    part("report").replaceChildren(...partsOf(state));
  } catch (error) {
    if (shown !== model.id || error.status === 404) return; // This one is not watched.
    part("report").replaceChildren(errorLine(error.message));
  }
  part("watch").hidden = false;
}

function partsOf(state) {
  const { drift, history, raised, alarms } = state;
  return [
    raised.length > 0
      ? errorLine(`Alarm: ${raised.join(", ")}`)
      : element("p", {}, "There is no alarm."),
    facts(factsOf(state)),
    element("p", {}, verdictOf(state)),
    ...(history.length > 0
      ? [table("Signals", ["signal", "p, corrected", "PSI", "rows"], drift.map(driftRow))]
      : []),
    ...(alarms.length > 0
      ? [
        table(
          "Alarms",
          ["when", "rule", "state", "why"],
          alarms.slice(0, mostAlarms).map(alarmRow),
        ),
      ]
      : []),
  ];
}

function factsOf({ requests, rows, since, latency, failed, finished, accuracy, outliers }) {
  return [
    ["requests", `${requests} with ${rows} rows since ${instant(since)}`],
    ...(latency
      ? [["latency", `p50 ${latency.p50.toFixed(1)} ms, p99 ${latency.p99.toFixed(1)} ms`]]
      : []),
    ["errors", `${failed} of ${finished}`],
    ...(accuracy ? [["accuracy, held-out", interval(accuracy.reference)]] : []),
    ...(accuracy?.estimated ? [["accuracy, estimated", interval(accuracy.estimated)]] : []),
    ...(accuracy?.measured ? [["accuracy, by labels", interval(accuracy.measured)]] : []),
    ["outliers", `${outliers.found} of ${outliers.rows}`],
  ];
}

function verdictOf({ drift, history, window, looks, alpha }) {
  const last = history.at(-1);
  if (!last) return `The first look at drift comes after ${Math.ceil(window / looks)} rows.`;
  const rows = `the last ${Math.min(window, last.rows)} rows`;
  if (last.drift === undefined || drift.every(({ isTooFew }) => isTooFew)) {
    return `There are too few rows to say whether ${rows} have drifted.`;
  }
  const p = `p ${last.drift.toPrecision(2)}, limit ${alpha}`;
  return last.drift < alpha ? `Drift was found in ${rows} (${p}).` : `No drift in ${rows} (${p}).`;
}

function driftRow({ signal, adjusted, populationStability, served, isTooFew }) {
  return [
    signal,
    isTooFew ? "too few to say" : adjusted.toPrecision(2),
    populationStability?.toFixed(3) ?? "",
    served,
  ];
}

function alarmRow({ at, rule, state, detail }) {
  return [instant(at), rule, state, detail];
}

function interval({ mean, low, high }) {
  return `${mean.toFixed(3)} (95 %: ${low.toFixed(3)} to ${high.toFixed(3)})`;
}

function instant(milliseconds) {
  return new Date(milliseconds).toISOString().replace("T", " ").slice(0, 16) + " UTC";
}
