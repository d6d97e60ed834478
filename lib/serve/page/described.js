/**
 * Lists of facts and tables.
 *
 * @module
 */
import { element } from "../../deploy/browser/page/element.js";

/** Names with their values. */
export function facts(pairs) {
  return element(
    "dl",
    {},
    ...pairs.flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
  );
}

/** A table that is scrolled where it is too wide. */
export function table(caption, titles, rows) {
  const cells = (name, texts, attributes = {}) =>
    texts.map((text) => element(name, attributes, String(text)));
  return element(
    "div",
    { class: "table", tabindex: 0, role: "region", "aria-label": caption },
    element(
      "table",
      {},
      element("caption", {}, caption),
      element("thead", {}, element("tr", {}, ...cells("th", titles, { scope: "col" }))),
      element("tbody", {}, ...rows.map((row) => element("tr", {}, ...cells("td", row)))),
    ),
  );
}
