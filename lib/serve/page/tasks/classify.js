/**
 * Labels and numbers of texts, of pairs of texts, and of images.
 *
 * @module
 */
export const classify = {
  path: "/classify",
  settings({ task, kind, labels, pair }) {
    const isNumber = kind === "regression";
    if (task === "image-classification") return { kind: isNumber ? "imageNumber" : "imageLabels" };
    return { kind: isNumber ? "number" : "labels", labels, pair };
  },
  body({ text, pair, shown }) {
    if (shown) return { input: { image: shown } };
    return { input: pair === undefined ? text : { text, pair } };
  },
  found({ data: [{ label, probabilities }] }) {
    if (typeof label === "number") return label;
    const several = Array.isArray(label) ? label : [];
    return Object.entries(probabilities)
      .map(([name, score]) => ({ label: name, score, chosen: several.includes(name) }))
      .sort((a, b) => b.score - a.score);
  },
};
