/**
 * Vega-lite specification → SVG, without a browser and without a canvas.
 *
 * @module
 */
import type { Loader } from "vega";
import type { Config, TopLevelSpec } from "vega-lite";
import { TunebookError } from "../core/errors.ts";
import { escapeHtml, ink } from "../core/html.ts";
import { visibleLines } from "../core/visible.ts";
import { palette } from "./palette.ts";

const fine = "rgba(128,128,128,.28)";
const text = { labelColor: ink, titleColor: ink, labelFontSize: 11, titleFontSize: 12 };

/** Readable on light and on dark pages: a picture cannot know the colours of its page. */
const theme: Config = {
  background: "transparent",
  font: "system-ui, sans-serif",
  axis: { ...text, domainColor: ink, tickColor: ink, gridColor: fine, titleFontWeight: "normal" },
  legend: { ...text, titleFontWeight: "normal" },
  header: text,
  title: { color: ink, subtitleColor: ink, anchor: "start", fontSize: 13 },
  view: { stroke: fine },
  range: { category: [...palette] },
  mark: { color: palette[0] },
};

/** A picture of so many marks has about a megabyte. */
const usualMaxMarks = 5000;

/** How many marks a picture may have. */
export interface MarkLimit {
  /** 5,000 unless given. */
  readonly maxMarks?: number | undefined;
  /** What to do about so many marks. */
  readonly advice?: (marks: number) => string;
}

/**
 * Draws a specification. The SVG has a transparent background, a role and a label. Colours that
 * the specification does not name are readable on light and on dark pages. More than `maxMarks`
 * marks (points, bars, corners of lines; not those of axes and legends) are an error of kind "input".
 */
export async function renderSvg(
  spec: TopLevelSpec,
  label: string,
  limit: MarkLimit = {},
): Promise<string> {
  // Loaded when the first chart is drawn: a run without charts starts without vega.
  const [vega, { compile }] = await Promise.all([import("vega"), import("vega-lite")]);
  Object.assign((vega as unknown as { textMetrics: object }).textMetrics, { width: textWidth });
  // Vega writes into the rows that it draws.
  const own = structuredClone(spec);
  const view = new vega.View(vega.parse(compile(own, { config: theme }).spec), {
    renderer: "none",
    loader: offline(vega.loader()),
    logLevel: vega.Error,
  });
  try {
    await view.runAsync();
    checkMarks(countMarks((view.scenegraph() as unknown as { root: Scene }).root), limit);
    const svg = await view.toSVG();
    return visibleLines(svg).replace(
      "<svg ",
      () => `<svg role="img" aria-label="${escapeHtml(label)}" `,
    );
  } finally {
    view.finalize();
  }
}

function checkMarks(marks: number, { maxMarks = usualMaxMarks, advice }: MarkLimit): void {
  if (marks <= maxMarks) return;
  const shown = (count: number) => count.toLocaleString("en");
  throw new TunebookError(
    "input",
    `the chart would draw ${shown(marks)} marks, which no picture shows and which make a ` +
      `notebook slow to open; the limit is ${shown(maxMarks)}. ` +
      (advice?.(marks) ?? "Draw fewer rows, classes or runs"),
  );
}

/** What a picture is made of: a mark of items, which for a group hold marks again. */
interface Scene {
  readonly marktype: string;
  readonly role?: string;
  readonly items?: readonly { readonly items?: readonly Scene[] }[];
}

/** The marks of the rows, without those of axes, legends and titles. */
function countMarks({ marktype, role, items = [] }: Scene): number {
  if (marktype !== "group") return role === "mark" ? items.length : 0;
  return items.flatMap((group) => group.items ?? [])
    .reduce((sum, scene) => sum + countMarks(scene), 0);
}

/** Characters as wide as they are high: Chinese, Japanese and Korean, with their punctuation. */
const wide =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uff60]/gu;
/**
 * Other characters, as a share of the font size: what wide fonts such as DejaVu Sans take. Vega's own
 * 0.8 leaves empty space around long titles.
 */
const narrowShare = 0.65;
const usualFontSize = 11;

/** Pixels of a text. Vega's own estimate lets the picture's edge cut wide characters. */
function textWidth(
  { fontSize = usualFontSize, limit = 0 }: { fontSize?: number; limit?: number },
  text: unknown,
): number {
  const shown = String(text ?? "");
  const count = shown.match(wide)?.length ?? 0;
  const width = Math.trunc(fontSize * (count + narrowShare * (shown.length - count)));
  return limit > 0 ? Math.min(width, limit) : width;
}

/**
 * A chart draws the rows that it holds; data and pictures from elsewhere are refused. Links load
 * nothing and stay, but not those that would run a script.
 */
function offline(loader: Loader): Loader {
  const refuse = (address: string) =>
    Promise.reject(new Error(`a chart loads nothing, but its specification names ${address}`));
  return {
    ...loader,
    load: refuse,
    http: refuse,
    file: refuse,
    sanitize: (address, options) =>
      (options.context as string) === "href"
        // Vega waits for the answer where nothing catches a refusal.
        ? loader.sanitize(address, options).catch(() => ({ href: "#" }))
        : refuse(address),
  };
}
