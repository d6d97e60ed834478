/**
 * What came of attacks, for programs and for people.
 *
 * @module
 */
import { percent } from "../../../core/percent.ts";
import { bundleOf, customInspect, withDisplay } from "../../../core/display.ts";
import { html, htmlFrame, type HtmlPart, htmlTable } from "../../../core/html.ts";
import { shortened, textTable } from "../../../core/text_table.ts";
import { visibleLines } from "../../../core/visible.ts";
import type { TextAttack } from "./attack_text.ts";

/** What came of attacks; shows itself as a table with examples. */
export interface AttackReport {
  /** How words were changed. */
  readonly change: string;
  /** Texts that were looked at; those that the model has wrong anyway are not attacked. */
  readonly texts: number;
  readonly attacked: number;
  /** The share of attacks that changed the answer, with Wilson's 95 % interval. */
  readonly successRate: number;
  readonly low: number;
  readonly high: number;
  /** The share of all texts that is right, before and after. */
  readonly accuracy: number;
  readonly accuracyAfter: number;
  /** Texts asked for each attack, on average. */
  readonly queries: number;
  /** The share of words that successful attacks changed, on average; NaN where none was. */
  readonly changedShare: number;
  /** Attacks that ended since their queries ran out. */
  readonly ranOut: number;
  readonly attacks: readonly TextAttack[];
  toString(): string;
}

/** Successful attacks that are shown. */
const mostExamples = 5;
const mostCharacters = 160;

/** A report that shows itself. */
export function shownAttack(found: Omit<AttackReport, "toString">): AttackReport {
  const rows = factRows(found);
  const examples = found.attacks.filter(({ succeeded }) => succeeded).slice(0, mostExamples);
  const heads = ["text", "attacked", "answer"];
  const plain = examples.map(({ text, attacked, label, answer }) => [
    ...[text, attacked].map((each) => shortened(each, mostCharacters)),
    `${answer} instead of ${label}`,
  ]);
  const caption = `attack by ${found.change}`;
  const text = visibleLines([
    textTable([caption, ""], rows),
    // A table would cut the texts short.
    ...plain.map(([before, after, answer]) => `\n  ${before}\n  ${after}\n    ${answer}`),
  ].join("\n"));
  const whole = { ...found, toString: () => text };
  const shown = withDisplay(whole, () =>
    bundleOf(
      text,
      htmlFrame(
        htmlTable({ caption, columns: [{ title: "what" }, { title: "value" }], rows }),
        examples.length === 0 ? [] : htmlTable({
          caption: `up to ${mostExamples} of those that succeeded`,
          columns: heads.map((title) => ({ title })),
          rows: examples.map((each) => [
            shortened(each.text, mostCharacters),
            marked(each),
            `${each.answer} instead of ${each.label}`,
          ]),
        }),
      ),
    ));
  return Object.defineProperty(shown, customInspect, { value: () => text });
}

function factRows(found: Omit<AttackReport, "toString">): string[][] {
  const { texts, attacked, successRate, low, high, accuracy, accuracyAfter, ranOut } = found;
  return [
    ["texts that are right, and are attacked", `${attacked} of ${texts}`],
    [
      "attacks that succeed",
      `${percent(successRate, "none")} (${percent(low, "none")} to ${percent(high, "none")})`,
    ],
    [
      "accuracy before and after",
      `${percent(accuracy, "none")}, ${percent(accuracyAfter, "none")}`,
    ],
    ["texts asked for each", found.queries.toFixed(1)],
    ["words changed where it succeeds", percent(found.changedShare, "none")],
    ...ranOut > 0 ? [["ended since their queries ran out", String(ranOut)]] : [],
  ];
}

/** The attacked text with the changed words in bold. */
function marked({ attacked, changed }: TextAttack): HtmlPart {
  const after = new Set(changed.map((each) => each.after));
  const parts = shortened(attacked, mostCharacters).split(/([\p{L}\p{N}'’-]+)/u);
  return html`${parts.map((part): HtmlPart => after.has(part) ? html`<b>${part}</b>` : part)}`;
}
