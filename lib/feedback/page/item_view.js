/**
 * An item as it is shown, with the form of its kind.
 *
 * @module
 */
import { element } from "../../deploy/browser/page/element.js";
import { pairForm, rankingForm } from "./answers_form.js";
import { labelForm } from "./label_form.js";
import { spansForm } from "./spans_form.js";
import { words } from "./strings.js";
import { editForm, thumbsForm } from "./text_form.js";

const forms = {
  pair: pairForm,
  ranking: rankingForm,
  thumbs: thumbsForm,
  edit: editForm,
  label: labelForm,
  spans: spansForm,
};

/** The form of an item: its elements, the value that it has, and what a key does in it. */
export function formOf(item, about) {
  return forms[item.kind](item, about);
}

/** What stands above the form: the prompt, as a text or as a conversation. */
export function promptOf({ prompt }) {
  if (prompt === undefined) return [];
  const turns = typeof prompt === "string"
    ? [element("p", { class: "written", dir: "auto" }, prompt)]
    : prompt.map(({ role, content }) =>
      element(
        "div",
        { class: "turn" },
        element("strong", {}, Object.hasOwn(words.roles, role) ? words.roles[role] : role),
        element("p", { class: "written", dir: "auto" }, content),
      )
    );
  return [
    element(
      "div",
      { class: "prompt", role: "group", "aria-label": words.prompt },
      element("h3", {}, words.prompt),
      ...turns,
    ),
  ];
}
