/**
 * What the model answers, shown for each kind of task.
 *
 * @module
 */
import { element } from "./element.js";
import { shownBoxes, shownMasks } from "./pictures.js";

/** The answer to one input. */
export class Answer {
  #place;
  #settings;
  #input;
  #text = "";

  constructor(place, settings, input) {
    this.#place = place;
    this.#settings = settings;
    this.#input = input;
    if (settings.kind === "chat") this.#turns();
    else place.replaceChildren(element("p", { class: "hint" }, "…"));
  }

  /** A piece of a text that is being written. */
  add(piece) {
    this.#text += piece;
    if (this.#settings.kind === "chat") this.#turns();
    else this.#place.replaceChildren(element("p", { class: "written" }, this.#text));
  }

  /** The whole answer. */
  async show(found) {
    if (this.#settings.kind === "chat") {
      this.#text = found;
      this.#turns();
      return;
    }
    const shown = await shows[this.#settings.kind](found, this.#input, this.#settings);
    this.#place.replaceChildren(...[shown].flat());
  }

  #turns() {
    const turns = [
      ...this.#input.messages,
      { role: "assistant", content: this.#text || "…" },
    ];
    this.#place.replaceChildren(
      ...turns.map(({ role, content }) =>
        element(
          "div",
          { class: `turn ${role}` },
          element("strong", {}, role === "user" ? "You" : "Model"),
          element("p", { class: "written" }, content),
        )
      ),
    );
  }
}

/** A mistake, which screen readers tell at once. */
export function errorLine(message) {
  return element("p", { class: "error", role: "alert" }, message);
}

const percent = (score) => `${(100 * score).toFixed(1)} %`;

/** Labels with their scores as bars; where several are `chosen` they have a tick. */
function bars(found) {
  return element(
    "ol",
    { class: "bars" },
    ...found.map(({ label, score, chosen }) =>
      element(
        "li",
        {},
        element("span", { class: "label" }, chosen ? `✓ ${label}` : label),
        element("meter", { min: 0, max: 1, value: score, "aria-hidden": "true" }),
        element("span", { class: "score" }, percent(score)),
      )
    ),
  );
}

function number(found) {
  return element("p", { class: "large" }, found.toLocaleString("en", { maximumFractionDigits: 4 }));
}

/**
 * The text with what was found in it, which has a `start` and an `end` where they are known; what cannot be
 * found again stands in the list alone.
 */
function tags(found, { text }) {
  const marked = element("p", { class: "written" });
  let from = 0;
  for (const { entity_group: tag, word, ...place } of found) {
    const at = "start" in place ? place : placeOf(text, word, from);
    if (!at || at.start < from) continue;
    marked.append(
      text.slice(from, at.start),
      element("mark", {}, text.slice(at.start, at.end), element("small", {}, ` ${tag}`)),
    );
    from = at.end;
  }
  marked.append(text.slice(from));
  if (found.length === 0) {
    return [marked, element("p", { class: "hint" }, "Nothing was found in this text.")];
  }
  return [
    marked,
    bars(found.map(({ entity_group, word, score }) => ({
      label: `${entity_group}: ${word}`,
      score,
    }))),
  ];
}

/** Where a word stands in a text, whatever its case and the spaces that a tokenizer puts into it. */
function placeOf(text, word, from) {
  const letters = [...word.replaceAll(/\s/g, "")].map((each) =>
    RegExp.escape?.(each) ?? escaped(each)
  );
  const pattern = new RegExp(letters.join("\\s*"), "iug");
  pattern.lastIndex = from;
  const match = pattern.exec(text);
  return match ? { start: match.index, end: match.index + match[0].length } : undefined;
}

function escaped(letter) {
  return letter.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
}

function span({ answer, score, ...place }, { context }) {
  const found = "start" in place ? place : placeOf(context, answer, 0);
  const at = answer ? found : undefined;
  return [
    element("p", { class: "large" }, answer || "There is no answer in this text."),
    ...(answer ? [element("p", { class: "hint" }, percent(score))] : []),
    ...(at
      ? [
        element(
          "p",
          { class: "written" },
          context.slice(0, at.start),
          element("mark", {}, context.slice(at.start, at.end)),
          context.slice(at.end),
        ),
      ]
      : []),
  ];
}

/** Texts by their cosine with the first one. */
function ranking([query, ...others], { texts: [, ...texts] }) {
  const ranked = others.map((vector, at) => ({ text: texts[at], cosine: cosine(query, vector) }))
    .sort((a, b) => b.cosine - a.cosine);
  return element(
    "ol",
    { class: "ranking" },
    ...ranked.map(({ text, cosine }) =>
      element("li", {}, element("span", { class: "score" }, cosine.toFixed(3)), ` ${text}`)
    ),
  );
}

function cosine(a, b) {
  let [dot, first, second] = [0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    dot += a[at] * b[at];
    first += a[at] ** 2;
    second += b[at] ** 2;
  }
  return dot / Math.sqrt(first * second);
}

const shows = {
  labels: bars,
  imageLabels: (found, { shown }) => [picture(shown), bars(found)],
  number,
  imageNumber: (found, { shown }) => [picture(shown), number(found)],
  tags,
  answer: span,
  vectors: ranking,
  text: (found, { text }) => element("p", { class: "written" }, text, element("mark", {}, found)),
  target: (found) => element("p", { class: "written large" }, found),
  boxes: shownBoxes,
  masks: shownMasks,
};

function picture(file) {
  return element("img", {
    src: URL.createObjectURL(file),
    alt: "The image that was asked",
    class: "picture",
  });
}
