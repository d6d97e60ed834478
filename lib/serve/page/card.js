/**
 * What is known of a model.
 *
 * @module
 */
import { errorLine } from "../../deploy/browser/page/answer.js";
import { element } from "../../deploy/browser/page/element.js";
import { facts, table } from "./described.js";
import { getJson } from "./server.js";

const place = document.getElementById("card");
let shown;

/** Shows the card of a model. */
export async function showCard(model) {
  shown = model.id;
  place.replaceChildren(factsOf(model, {}));
  try {
    const card = await getJson(`v1/models/${encodeURIComponent(model.id)}/card`);
    if (shown === model.id) place.replaceChildren(...partsOf(model, card));
  } catch (error) {
    if (shown === model.id) place.append(errorLine(error.message));
  }
}

function partsOf(model, { facts: known, scores, receipts, text }) {
  return [
    factsOf(model, known),
    ...(scores.length > 0
      ? [
        table("Scores on held-out rows", ["score", "value", "95 % interval"], scores.map(scoreRow)),
      ]
      : []),
    ...(receipts.length > 0
      ? [
        table(
          "Receipts: files against the trained model",
          ["target", "rows", "largest difference", "allowed", "MB"],
          receipts.map(receiptRow),
        ),
      ]
      : []),
    ...(text === undefined ? [] : [
      element(
        "details",
        {},
        element("summary", {}, "README.md"),
        element("pre", { class: "prose", tabindex: 0, "aria-label": "README.md" }, text),
      ),
    ]),
  ];
}

function factsOf({ id, task, kind, labels, max_tokens: maxTokens, created }, known) {
  return facts([
    ["name", id],
    ["task", kind === undefined ? task : `${task} (${kind})`],
    ...(labels.length > 0 ? [["labels", labels.join(", ")]] : []),
    ...(maxTokens === undefined ? [] : [["reads", `${maxTokens} tokens`]]),
    ["written", new Date(1000 * created).toISOString().slice(0, 16).replace("T", " ") + " UTC"],
    ...Object.entries(known),
  ]);
}

const short = (value) => value.toLocaleString("en", { maximumSignificantDigits: 4 });

function scoreRow({ name, value, low, high }) {
  return [name, short(value), low === undefined ? "" : `${short(low)} to ${short(high)}`];
}

function receiptRow({ target, dtype, rows, largest_difference: largest, tolerance, bytes }) {
  return [
    dtype === undefined ? target : `${target} ${dtype}`,
    rows,
    largest.toExponential(1),
    tolerance.toExponential(1),
    (bytes / 1e6).toFixed(1),
  ];
}
