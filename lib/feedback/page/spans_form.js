/**
 * A form for the spans of a text. The text stands in a field that takes no input, so that its parts are selected by
 * keyboard and by pointer as everywhere.
 *
 * @module
 */
import { element } from "../../deploy/browser/page/element.js";
import { words } from "./strings.js";
import { rowsOf } from "./text_form.js";

const digits = 9;

/** Spans that are marked, unmarked and sent in code points. */
export function spansForm({ text, spans, own }, { labels }) {
  const points = [...text];
  let marked = (own?.value ?? spans).map((each) => ({ ...each }));
  const field = element("textarea", {
    id: "text",
    dir: "auto",
    rows: rowsOf(text),
    "aria-readonly": "true",
    "aria-describedby": "select-hint",
    autocomplete: "off",
    spellcheck: "false",
  });
  field.value = text;
  for (const name of ["beforeinput", "drop", "paste", "cut"]) {
    field.addEventListener(name, (event) => event.preventDefault());
  }
  const shown = element("p", { class: "written large", dir: "auto" });
  const list = element("ul", { class: "spans", "aria-label": words.marked });
  const told = element("p", { role: "status", class: "hint" });

  const show = () => {
    let from = 0;
    shown.replaceChildren();
    for (const { start, end, label } of marked) {
      shown.append(
        points.slice(from, start).join(""),
        element("mark", {}, points.slice(start, end).join(""), element("small", {}, ` ${label}`)),
      );
      from = end;
    }
    shown.append(points.slice(from).join(""));
    list.replaceChildren(...marked.map(line));
    list.hidden = marked.length === 0;
    told.textContent = marked.length === 0 ? words.nothingMarked : "";
  };
  const line = (span) => {
    const own = points.slice(span.start, span.end).join("");
    const button = element("button", { type: "button", class: "quiet" }, "×");
    button.setAttribute("aria-label", words.remove(own, span.label));
    button.addEventListener("click", () => {
      marked = marked.filter((each) => each !== span);
      show();
      field.focus();
    });
    return element("li", { dir: "auto" }, `${own} `, element("strong", {}, span.label), button);
  };
  const selected = () => {
    const [start, end] = [field.selectionStart, field.selectionEnd].map((at) =>
      pointAt(text, at, field.value)
    );
    return { start, end };
  };
  const mark = (label) => {
    let { start, end } = selected();
    while (start < end && /\s/u.test(points[start])) start++;
    while (end > start && /\s/u.test(points[end - 1])) end--;
    if (start >= end) {
      told.textContent = words.selectFirst;
      return;
    }
    marked = [...marked.filter((each) => each.end <= start || end <= each.start), {
      start,
      end,
      label,
    }].sort((a, b) => a.start - b.start);
    show();
  };
  const unmark = () => {
    const { start, end } = selected();
    marked = marked.filter((each) => each.end < start || Math.max(end, start + 1) <= each.start);
    show();
  };
  const buttons = labels.map((label, at) => {
    const button = element(
      "button",
      { type: "button", class: "quiet" },
      element("span", { dir: "auto" }, words.markAs(label)),
      ...(at < digits ? [" ", element("kbd", { "aria-hidden": "true" }, String(at + 1))] : []),
    );
    // The selection stays where it is.
    button.addEventListener("pointerdown", (event) => event.preventDefault());
    button.addEventListener("click", () => mark(label));
    return button;
  });
  field.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const label = /^[1-9]$/.test(event.key) ? labels[Number(event.key) - 1] : undefined;
    if (label !== undefined) mark(label);
    else if (event.key === "Delete" || event.key === "Backspace") unmark();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  show();
  return {
    elements: [
      shown,
      element("p", {}, element("label", { for: "text" }, words.selectText), field),
      element("p", { id: "select-hint", class: "hint" }, words.selectHint),
      element("p", { class: "row" }, ...buttons),
      list,
      told,
    ],
    value: () => marked,
    key(key) {
      const label = labels[Number(key) - 1];
      if (label !== undefined) mark(label);
      return label !== undefined;
    },
  };
}

/** An offset in what a field holds, where every line end is one unit → the number of code points before it. */
function pointAt(text, offset, value) {
  if (value.length === text.length) return [...text.slice(0, offset)].length;
  let at = 0;
  for (let passed = 0; passed < offset && at < text.length; passed++) {
    at += text.startsWith("\r\n", at) ? 2 : 1;
  }
  return [...text.slice(0, at)].length;
}
