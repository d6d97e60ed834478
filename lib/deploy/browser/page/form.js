/**
 * The form of a task: what a person gives the model.
 *
 * @module
 */
import { takeDrops } from "./drops.js";
import { element } from "./element.js";

/**
 * Puts the fields of the task into the form. `send` takes the input and gives the answer.
 *
 * @returns the first field
 */
export function makeForm(form, settings, send) {
  const word = words[settings.kind] ?? "Ask";
  return fillForm(form, forms[settings.kind](settings), { word, ...settings }, send);
}

/**
 * Puts fields into the form: each has a `label`, a `control` with an id, and perhaps a `hint`.
 *
 * @param asks `fields`, `inputOf` that reads them, and `after`, which is told the answer
 * @param shown the `word` on the button, and `examples`, texts that are asked with one click
 * @returns the first field
 */
export function fillForm(form, { fields, inputOf, after }, { word, examples = [] }, send) {
  const button = element("button", { type: "submit" }, word);
  const problem = element("p", { class: "error", role: "alert" });
  const tries = examples.map((text) => {
    const example = element("button", { type: "button", class: "example" }, text);
    example.addEventListener("click", () => {
      fields[0].control.value = text;
      form.requestSubmit();
    });
    return example;
  });
  form.replaceChildren(
    ...fields.map(({ label, control, hint }) =>
      element(
        "p",
        {},
        element("label", { for: control.id }, label),
        ...(hint ? [element("span", { class: "hint", id: `${control.id}-hint` }, hint)] : []),
        control,
      )
    ),
    ...(tries.length > 0
      ? [element("p", { class: "examples" }, element("span", {}, "Try: "), ...tries)]
      : []),
    element("p", {}, button),
    problem,
  );
  for (const { control, hint } of fields) {
    if (hint) control.setAttribute("aria-describedby", `${control.id}-hint`);
    if (control.localName === "textarea") sendByKey(control, form);
  }
  takeDrops(document, fields.map(({ control }) => control).find(({ type }) => type === "file"));
  // Set, not added: a form that is filled again asks once.
  form.onsubmit = async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    problem.textContent = "";
    try {
      const answer = await send(await inputOf());
      if (answer !== undefined) after?.(answer);
    } catch (error) {
      problem.textContent = error.message; // An image that cannot be read.
    } finally {
      button.disabled = false;
    }
  };
  return fields[0].control;
}

/** What the button says. */
const words = { search: "Search", chat: "Send", text: "Write", vectors: "Search" };

/** Control and Enter, or Command and Enter, send. */
function sendByKey(control, form) {
  control.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
  });
}

/** A field of several lines. */
export function area(id, label, rows = 3) {
  return { label, control: element("textarea", { id, rows, required: "" }) };
}

/** A field of a number. */
export function number(id, label, settings) {
  return { label, control: element("input", { id, type: "number", required: "", ...settings }) };
}

/** What is in a field. */
export const valueOf = ({ control }) => control.value;

/** How a model that writes goes about it. */
function writing({ maxNewTokens }) {
  const most = number("most", "Most new tokens", { min: 1, max: 4096, value: maxNewTokens });
  const temperature = number("temperature", "Temperature", { min: 0, max: 2, step: 0.1, value: 0 });
  temperature.hint = "0 takes the likeliest token each time";
  return {
    fields: [most, temperature],
    options: () => ({
      maxNewTokens: Number(valueOf(most)),
      temperature: Number(valueOf(temperature)),
    }),
  };
}

function texts({ pair }) {
  const first = area("text", pair ? "First text" : "Text");
  if (!pair) return { fields: [first], inputOf: () => ({ text: valueOf(first) }) };
  const second = area("pair", "Second text");
  return {
    fields: [first, second],
    inputOf: () => ({ text: valueOf(first), pair: valueOf(second) }),
  };
}

function written(settings) {
  const text = area("text", settings.kind === "target" ? "Source" : "How it begins");
  const { fields, options } = writing(settings);
  return {
    fields: [text, ...fields],
    inputOf: () => ({ text: valueOf(text), ...options() }),
  };
}

/** A conversation that grows with each answer. */
function conversation(settings) {
  const turn = area("text", "Your message");
  const { fields, options } = writing(settings);
  const messages = [];
  return {
    fields: [turn, ...fields],
    inputOf() {
      if (messages.at(-1)?.role === "user") messages.pop(); // The last one failed.
      messages.push({ role: "user", content: valueOf(turn) });
      return { messages: [...messages], ...options() };
    },
    after(content) {
      messages.push({ role: "assistant", content });
      turn.control.value = "";
      turn.control.focus();
    },
  };
}

function image(settings) {
  const file = {
    label: "Image",
    hint: "or drop it anywhere on this page",
    control: element("input", { id: "image", type: "file", accept: "image/*", required: "" }),
  };
  const threshold = number("threshold", "Least score of an object", {
    min: 0,
    max: 1,
    step: 0.05,
    value: settings.threshold,
  });
  const isBoxes = settings.kind === "boxes";
  return {
    fields: isBoxes ? [file, threshold] : [file],
    async inputOf() {
      const [given] = file.control.files;
      const bitmap = await createImageBitmap(given);
      const { width, height } = bitmap;
      return {
        image: await fitted(bitmap, settings.imageSize),
        size: [height, width],
        shown: given,
        ...(isBoxes ? { threshold: Number(valueOf(threshold)) } : {}),
      };
    },
  };
}

/** transformers.js leaves out pixels where it makes an image smaller; the browser takes means of them. */
async function fitted(bitmap, size) {
  if (!size) return await blobOf(bitmap);
  return await blobOf(
    await createImageBitmap(bitmap, {
      resizeWidth: size.width,
      resizeHeight: size.height,
      resizeQuality: "high",
    }),
  );
}

async function blobOf(bitmap) {
  const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
  canvas.getContext("2d").drawImage(bitmap, 0, 0);
  return await canvas.convertToBlob();
}

const forms = {
  labels: texts,
  number: texts,
  tags: texts,
  answer() {
    const question = {
      label: "Question",
      control: element("input", { id: "question", type: "text", required: "" }),
    };
    const context = area("context", "Text in which the answer stands", 8);
    return {
      fields: [question, context],
      inputOf: () => ({ question: valueOf(question), context: valueOf(context) }),
    };
  },
  vectors() {
    const query = {
      label: "What to look for",
      control: element("input", { id: "query", type: "text", required: "" }),
    };
    const lines = area("lines", "Texts, one a line", 8);
    return {
      fields: [query, lines],
      inputOf() {
        const given = valueOf(lines).split("\n").map((line) => line.trim()).filter(Boolean);
        return { texts: [valueOf(query), ...given] };
      },
    };
  },
  text: written,
  target: written,
  chat: conversation,
  imageLabels: image,
  imageNumber: image,
  boxes: image,
  masks: image,
};
