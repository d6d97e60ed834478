/**
 * Images of labels, made of noise.
 *
 * @module
 */
import { element } from "../../../deploy/browser/page/element.js";
import { number, valueOf } from "../../../deploy/browser/page/form.js";

const labelHint = "Leave it open for anything";
const openHint = "Leave it open for what is usual";

export const draw = {
  path: "/generate-image",
  settings: () => ({ kind: "drawing", word: "Draw" }),
  form({ labels }) {
    const label = {
      label: "What to draw",
      hint: labelHint,
      control: element(
        "select",
        { id: "label" },
        element("option", { value: "" }, "anything"),
        ...labels.map((name) => element("option", { value: name }, name)),
      ),
    };
    const count = number("count", "How many images", { min: 1, max: 16, value: 1 });
    const seed = number("seed", "Seed", { min: 0, value: 1 });
    const steps = open("steps", "Steps", { min: 1, max: 1000 });
    const guidance = open("guidance", "Guidance", { min: 0, max: 100, step: 0.1 });
    return {
      fields: [...(labels.length > 0 ? [label] : []), count, seed, steps, guidance],
      inputOf: () => ({
        label: labels.length > 0 ? valueOf(label) : "",
        n: Number(valueOf(count)),
        seed: Number(valueOf(seed)),
        steps: valueOf(steps),
        guidance: valueOf(guidance),
      }),
    };
  },
  body: ({ label, n, seed, steps, guidance }) => ({
    ...(label === "" ? {} : { label }),
    n,
    seed,
    ...(steps === "" ? {} : { steps: Number(steps) }),
    ...(guidance === "" ? {} : { guidance: Number(guidance) }),
  }),
  shown: ({ data }) =>
    element(
      "ul",
      { class: "gallery" },
      ...data.map(({ image, label = "An image", seed }) =>
        element(
          "li",
          {},
          element("img", {
            src: `data:image/png;base64,${image}`,
            alt: "What was drawn",
            class: "picture",
          }),
          element("span", { class: "hint" }, `${label}, seed ${seed}`),
        )
      ),
    ),
};

/** A number that may be left open. */
function open(id, label, settings) {
  const field = number(id, label, settings);
  field.control.removeAttribute("required");
  return { ...field, hint: openHint };
}
