/**
 * Who has judged how much, and how far people agree.
 *
 * @module
 */
import { element } from "../../deploy/browser/page/element.js";
import { words } from "./strings.js";

/** The tables of what was found so far. */
export function resultTables({ raters, agreement }) {
  const { columns } = words;
  const share = (value) => `${Math.round(100 * value)} %`;
  const people = table(
    words.people,
    [columns.name, columns.answered, columns.skipped, columns.seconds, columns.gold],
    raters.map((each) => [
      each.rater,
      each.answered,
      each.skipped,
      each.medianSeconds === null ? "–" : each.medianSeconds.toFixed(1),
      each.goldRight === null ? "–" : words.shareOf(share(each.goldRight), each.gold),
    ]),
  );
  if (agreement.length === 0) return [people, element("p", { class: "hint" }, words.noAgreement)];
  const number = (value) => value === null ? words.undefinedNumber : value.toFixed(3);
  return [
    people,
    table(
      words.agreement,
      [columns.kind, columns.raters, columns.items, columns.alpha, columns.kappa],
      agreement.map((each) => [
        words.kinds[each.kind],
        each.raters,
        each.items,
        number(each.alpha),
        each.kappa === undefined ? "–" : number(each.kappa),
      ]),
    ),
  ];
}

function table(caption, head, rows) {
  const line = (cells, first) =>
    element(
      "tr",
      {},
      ...cells.map((each, at) =>
        first || at === 0
          ? element("th", { scope: first ? "col" : "row", dir: "auto" }, String(each))
          : element("td", {}, String(each))
      ),
    );
  return element(
    "div",
    { class: "table", tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", {}, caption),
      element("thead", {}, line(head, true)),
      element("tbody", {}, ...rows.map((cells) => line(cells, false))),
    ),
  );
}
