/**
 * What came of behavioural tests, for people.
 *
 * @module
 */
import { percent } from "../../core/percent.ts";
import { bundleOf, customInspect, withDisplay } from "../../core/display.ts";
import { type Html, html, htmlFrame, type HtmlPart, htmlTable } from "../../core/html.ts";
import { shortened, textTable } from "../../core/text_table.ts";
import { visibleLines } from "../../core/visible.ts";
import type { EncodePng } from "../../image/encode_png.ts";
import { htmlPicture } from "../../image/html_pictures.ts";
import type { Image } from "../../image/image.ts";
import { pictureOf } from "../../image/picture.ts";
import type { AnyProbeReport, ProbeReport, ProbeResult } from "./probe_report.ts";

const columns = ["test", "kind", "cases", "fail", "95 %", "may fail", ""];
const failureColumns = ["test", "input", "before", "answer"];
/** Failures that are shown of each test. */
const shownFailures = 3;
const shownCharacters = 80;

/**
 * A report that shows itself.
 *
 * @param encode writes the images that a page shows
 */
export function shownProbe<Input extends string | Image>(
  found: Omit<ProbeReport<Input>, "toString">,
  encode: EncodePng,
): ProbeReport<Input> {
  const text = describe(found);
  const whole = { ...found, toString: () => text };
  const shown = withDisplay(whole, () => bundleOf(text, htmlFrame(probeHtml(found, encode))));
  return Object.defineProperty(shown, customInspect, { value: () => text });
}

function rowOf(
  { name, kind, cases, rate, low, high, mostFailures, passed }: ProbeResult<string | Image>,
): string[] {
  const interval = `${percent(low)} to ${percent(high)}`;
  return [
    ...[name, kind, String(cases), percent(rate), interval, percent(mostFailures)],
    passed ? "passed" : "failed",
  ];
}

/** The first failures of a test; `shown` is how an input is shown. */
function failureRows<Shown>(
  { name, failures }: ProbeResult<string | Image>,
  shown: (input: string | Image, title: string) => Shown,
): (string | Shown)[][] {
  return failures.slice(0, shownFailures).map(({ input, before = "", title = "", why }) => [
    name,
    shown(input, title),
    shown(before, title === "" ? "" : "before"),
    why,
  ]);
}

function textOf(input: string | Image, title: string): string {
  return typeof input === "string" ? shortened(input, shownCharacters) : title;
}

function summary({ tests, passed }: Pick<AnyProbeReport, "tests" | "passed">): string {
  const failed = tests.filter((test) => !test.passed).length;
  return passed ? `all ${tests.length} tests passed` : `${failed} of ${tests.length} tests failed`;
}

function describe({ tests, passed }: Omit<AnyProbeReport, "toString">): string {
  const align = ["left", "left", "right", "right", "right", "right", "left"] as const;
  const failures = tests.flatMap((test) => failureRows(test, textOf));
  return visibleLines([
    summary({ tests, passed }),
    textTable(columns, tests.map(rowOf), align),
    ...failures.length === 0 ? [] : ["", textTable(failureColumns, failures)],
  ].join("\n"));
}

/** Both tables; images are shown. */
export function probeHtml(
  { tests, passed }: Omit<AnyProbeReport, "toString">,
  encode: EncodePng,
): Html[] {
  const shown = (input: string | Image, title: string): HtmlPart =>
    typeof input === "string"
      ? shortened(input, shownCharacters)
      : html`${htmlPicture(pictureOf(input, title, encode))}${title}`;
  const failures = tests.flatMap((test) => failureRows(test, shown));
  const rates = htmlTable({
    caption: summary({ tests, passed }),
    columns: columns.map((title, at) => ({ title, align: at > 1 && at < 6 ? "right" : "left" })),
    rows: tests.map(rowOf),
  });
  if (failures.length === 0) return [rates];
  const examples = htmlTable({
    caption: `up to ${shownFailures} failures of each test`,
    columns: failureColumns.map((title) => ({ title })),
    rows: failures,
  });
  return [rates, examples];
}
