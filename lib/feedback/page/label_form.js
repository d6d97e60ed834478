/**
 * A form for the label of a text.
 *
 * @module
 */
import { element } from "../../deploy/browser/page/element.js";
import { option } from "./answers_form.js";
import { words } from "./strings.js";

/** More labels than these are chosen from a list. */
const mostOptions = 20;
const digits = 9;

/** One of the labels; the one so far is chosen already. */
export function labelForm({ text, label, own }, { labels }) {
  const chosen = own?.value ?? label ?? undefined;
  const shown = element("p", { class: "written large", dir: "auto" }, text);
  const hint = label ? [element("p", { class: "hint", dir: "auto" }, words.labelSoFar(label))] : [];
  if (labels.length > mostOptions) {
    const list = element(
      "select",
      { id: "label" },
      element("option", { value: "" }, "…"),
      ...labels.map((each) => element("option", { value: each }, each)),
    );
    list.value = chosen ?? "";
    return {
      elements: [
        shown,
        ...hint,
        element("p", {}, element("label", { for: "label" }, words.chooseLabel), list),
      ],
      value: () => list.value === "" ? undefined : list.value,
      key: () => false,
    };
  }
  const options = labels.map((each, at) =>
    option("label", each, each, at < digits ? String(at + 1) : undefined, each === chosen)
  );
  return {
    elements: [
      shown,
      ...hint,
      element(
        "fieldset",
        {},
        element("legend", {}, words.chooseLabel),
        element("div", { class: "options" }, ...options.map((each) => each.label)),
      ),
    ],
    value: () => options.find(({ input }) => input.checked)?.input.value,
    key(key) {
      const found = options[Number(key) - 1];
      if (!found) return false;
      found.input.checked = true;
      found.input.focus({ preventScroll: true });
      return true;
    },
  };
}
