/**
 * Forms for one answer: a thumb up or down, or a better text.
 *
 * @module
 */
import { element } from "../../deploy/browser/page/element.js";
import { option } from "./answers_form.js";
import { words } from "./strings.js";

function given(text) {
  return element(
    "div",
    { class: "card", role: "group", "aria-label": words.answer },
    element("h3", {}, words.answer),
    element("p", { class: "written", dir: "auto" }, text),
  );
}

/** A thumb up or down. */
export function thumbsForm({ answers: [answer], own }) {
  const options = ["up", "down"].map((value, at) =>
    option("thumb", value, words[value], String(at + 1), own?.value === value)
  );
  return {
    elements: [
      given(answer),
      element(
        "fieldset",
        {},
        element("legend", {}, words.yourChoice),
        element("div", { class: "options" }, ...options.map(({ label }) => label)),
      ),
    ],
    value: () => options.find(({ input }) => input.checked)?.input.value,
    key(key) {
      const chosen = options[Number(key) - 1];
      if (!chosen) return false;
      chosen.input.checked = true;
      chosen.input.focus({ preventScroll: true });
      return true;
    },
  };
}

/** Lines of a field for a text, so that all of it is seen without much scrolling. */
export function rowsOf(text) {
  const [charactersOfLine, least, most] = [80, 3, 20];
  const lines = text.split("\n").reduce((sum, line) => sum + 1 + line.length / charactersOfLine, 0);
  return Math.min(most, Math.max(least, Math.ceil(lines)));
}

/** A field with the answer, to make it better. */
export function editForm({ answers: [answer], own }) {
  const text = own?.value ?? answer;
  const field = element("textarea", { id: "edited", dir: "auto", rows: rowsOf(text) });
  field.value = text;
  const reset = element("button", { type: "button", class: "quiet" }, words.reset);
  reset.addEventListener("click", () => {
    field.value = answer;
    field.focus();
  });
  return {
    elements: [
      given(answer),
      element("p", {}, element("label", { for: "edited" }, words.edited), field),
      element("p", {}, reset),
    ],
    value: () => field.value.trim() === "" ? undefined : field.value,
    draft: () => field.value,
    key: () => false,
  };
}
