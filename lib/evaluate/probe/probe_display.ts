/**
 * What came of behavioural tests, for people.
 *
 * @module
 */
import { bundleOf, customInspect, withDisplay } from "../../core/display.ts";
import { htmlFrame, htmlTable } from "../../core/html.ts";
import { shortened, textTable } from "../../core/text_table.ts";
import { visibleLines } from "../../core/visible.ts";
import type { ProbeReport, ProbeResult } from "./probe_report.ts";

const columns = ["test", "kind", "cases", "fail", "95 %", "may fail", ""];
const failureColumns = ["test", "text", "before", "answer"];
/** Failures that are shown of each test. */
const shownFailures = 3;
const shownCharacters = 80;

/** A report that shows itself. */
export function shownProbe(found: Omit<ProbeReport, "toString">): ProbeReport {
  const text = describe(found);
  const whole = { ...found, toString: () => text };
  const shown = withDisplay(whole, () => bundleOf(text, pictured(found)));
  return Object.defineProperty(shown, customInspect, { value: () => text });
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

function rowOf(
  { name, kind, cases, rate, low, high, mostFailures, passed }: ProbeResult,
): string[] {
  const interval = `${percent(low)} to ${percent(high)}`;
  return [
    ...[name, kind, String(cases), percent(rate), interval, percent(mostFailures)],
    passed ? "passed" : "failed",
  ];
}

function failureRows({ name, failures }: ProbeResult): string[][] {
  return failures.slice(0, shownFailures).map(({ text, before = "", why }) => [
    name,
    shortened(text, shownCharacters),
    shortened(before, shownCharacters),
    why,
  ]);
}

function summary({ tests, passed }: Pick<ProbeReport, "tests" | "passed">): string {
  const failed = tests.filter((test) => !test.passed).length;
  return passed ? `all ${tests.length} tests passed` : `${failed} of ${tests.length} tests failed`;
}

function describe(report: Omit<ProbeReport, "toString">): string {
  const { tests } = report;
  const align = ["left", "left", "right", "right", "right", "right", "left"] as const;
  const failures = tests.flatMap(failureRows);
  return visibleLines([
    summary(report),
    textTable(columns, tests.map(rowOf), align),
    ...failures.length === 0 ? [] : ["", textTable(failureColumns, failures)],
  ].join("\n"));
}

function pictured(report: Omit<ProbeReport, "toString">) {
  const { tests } = report;
  const failures = tests.flatMap(failureRows);
  return htmlFrame(
    htmlTable({
      caption: summary(report),
      columns: columns.map((title) => ({ title })),
      rows: tests.map(rowOf),
    }),
    failures.length === 0 ? [] : htmlTable({
      caption: `up to ${shownFailures} failures of each test`,
      columns: failureColumns.map((title) => ({ title })),
      rows: failures,
    }),
  );
}
