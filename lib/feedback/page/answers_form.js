/**
 * Forms for two answers, of which one is better, and for several, which are ranked.
 *
 * @module
 */
import { element } from "../../deploy/browser/page/element.js";
import { words } from "./strings.js";

/** A choice with the key that makes it. */
export function option(name, value, text, key, isChecked = false) {
  const input = element("input", { type: "radio", name, value });
  input.checked = isChecked;
  const label = element(
    "label",
    {},
    input,
    element("span", { dir: "auto" }, text),
    ...(key === undefined ? [] : [element("kbd", { "aria-hidden": "true" }, key)]),
  );
  return { input, label };
}

function card(text, number, ...actions) {
  return element(
    "div",
    { class: "card", role: "group", "aria-label": words.answerNumber(number) },
    element("h3", {}, words.answerNumber(number)),
    element("p", { class: "written", dir: "auto" }, text),
    ...actions,
  );
}

/** Selected text stays selected: only a plain press chooses. */
function onPress(place, act) {
  place.classList.add("pressable");
  place.addEventListener("click", (event) => {
    if (event.target.closest("label, button") || String(getSelection()) !== "") return;
    act();
  });
}

/** Which of two answers is better, or neither. */
export function pairForm({ answers, own }, { ties }) {
  const said = own?.value;
  const options = answers.map((_, at) =>
    option("better", String(at), words.better(at + 1), String(at + 1), said === at)
  );
  const tie = option("better", "tie", words.tie, "0", said === "tie");
  const all = ties ? [...options, tie] : options;
  const cards = answers.map((text, at) => card(text, at + 1, options[at].label));
  const mark = () =>
    cards.forEach((each, at) => each.classList.toggle("chosen", options[at].input.checked));
  const choose = ({ input }) => {
    input.checked = true;
    input.focus({ preventScroll: true });
    mark();
  };
  cards.forEach((each, at) => onPress(each, () => choose(options[at])));
  const field = element(
    "fieldset",
    {},
    element("legend", {}, words.yourChoice),
    element("div", { class: "cards two" }, ...cards),
    ...(ties ? [element("div", { class: "options" }, tie.label)] : []),
  );
  field.addEventListener("change", mark);
  mark();
  return {
    elements: [field],
    value() {
      const found = all.find(({ input }) => input.checked)?.input.value;
      return found === undefined || found === "tie" ? found : Number(found);
    },
    key(key) {
      const chosen = key === "0" ? (ties ? tie : undefined) : options[Number(key) - 1];
      if (chosen) choose(chosen);
      return chosen !== undefined;
    },
  };
}

/** Several answers from the best to the worst. */
export function rankingForm({ answers, own }) {
  let order = own?.value ? [...own.value] : [];
  const buttons = answers.map((_, at) => {
    const button = element("button", { type: "button", class: "quiet" });
    button.addEventListener("click", () => place(at));
    return button;
  });
  const told = element("p", { role: "status", class: "hint" });
  const cards = answers.map((text, at) => card(text, at + 1, buttons[at]));
  const show = () => {
    buttons.forEach((button, at) => {
      const found = order.indexOf(at) + 1;
      button.setAttribute("aria-pressed", String(found > 0));
      button.replaceChildren(
        words.rank(at + 1, found),
        " ",
        element("kbd", { "aria-hidden": "true" }, String(at + 1)),
      );
      cards[at].classList.toggle("chosen", found > 0);
    });
    told.textContent = words.order(order.map((at) => at + 1));
  };
  const place = (at) => {
    order = order.includes(at) ? order.filter((each) => each !== at) : [...order, at];
    const left = answers.map((_, each) => each).filter((each) => !order.includes(each));
    // The last one has no other place.
    if (left.length === 1 && order.includes(at)) order.push(left[0]);
    show();
  };
  cards.forEach((each, at) => onPress(each, () => place(at)));
  show();
  return {
    elements: [
      element(
        "fieldset",
        {},
        element("legend", {}, words.yourChoice),
        element("div", { class: "cards" }, ...cards),
      ),
      told,
    ],
    value: () => order.length === answers.length ? order : undefined,
    draft: () => order,
    key(key) {
      const at = Number(key) - 1;
      if (!answers[at]) return false;
      place(at);
      return true;
    },
  };
}
