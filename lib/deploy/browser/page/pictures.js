/**
 * Objects and classes of pixels, drawn over their image.
 *
 * @module
 */
import { element } from "./element.js";

/** Colours that people who see some colours alike tell apart (Okabe and Ito 2008). */
const colours = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#56b4e9", "#d55e00", "#f0e442"];
/** The longer side of a drawing, at least. */
const leastPixels = 400;
/** How much of a class's colour covers the image, of 255. */
const veil = 140;

const colourOf = (label, labels) => colours[labels.indexOf(label) % colours.length] ?? colours[0];

/** The image with a box around each object, and a list of them. */
export async function shownBoxes(found, { shown }, { labels }) {
  const { canvas, pen } = await canvasOf(shown);
  const { width, height } = canvas;
  const thick = Math.max(2, Math.round(Math.max(width, height) / 200));
  pen.lineWidth = thick;
  pen.font = `${7 * thick}px system-ui, sans-serif`;
  pen.textBaseline = "top";
  for (const { label, score, box: { xmin, ymin, xmax, ymax } } of found) {
    const colour = colourOf(label, labels);
    pen.strokeStyle = colour;
    pen.strokeRect(xmin * width, ymin * height, (xmax - xmin) * width, (ymax - ymin) * height);
    const words = `${label} ${(100 * score).toFixed(0)} %`;
    pen.fillStyle = colour;
    pen.fillRect(xmin * width, ymin * height, pen.measureText(words).width + 2 * thick, 9 * thick);
    pen.fillStyle = "#000";
    pen.fillText(words, xmin * width + thick, ymin * height + thick);
  }
  canvas.setAttribute("aria-label", `The image with ${found.length} objects`);
  return [
    canvas,
    found.length === 0
      ? element("p", { class: "hint" }, "No object was found.")
      : legend(found.map(({ label, score }) => [label, `${(100 * score).toFixed(1)} %`]), labels),
  ];
}

/** The image under the colours of its classes, and the share of each. */
export async function shownMasks(found, { shown }, { labels }) {
  const { canvas, pen } = await canvasOf(shown);
  const shares = [];
  for (const { label, mask: { width, height, data } } of found) {
    const [red, green, blue] = colourOf(label, labels).match(/[0-9a-f]{2}/g)
      .map((each) => parseInt(each, 16));
    const layer = new ImageData(width, height);
    let pixels = 0;
    for (let at = 0; at < data.length; at++) {
      if (data[at] === 0) continue;
      pixels++;
      layer.data.set([red, green, blue, veil], 4 * at);
    }
    pen.drawImage(await createImageBitmap(layer), 0, 0, canvas.width, canvas.height);
    shares.push([label, pixels / data.length]);
  }
  canvas.setAttribute("aria-label", "The image under the colours of its classes");
  const rows = shares.sort(([, a], [, b]) => b - a)
    .map(([label, share]) => [label, `${(100 * share).toFixed(1)} % of the pixels`]);
  return [canvas, legend(rows, labels)];
}

async function canvasOf(file) {
  const bitmap = await createImageBitmap(file);
  // Words over a small image would hide it.
  const scale = Math.max(1, Math.ceil(leastPixels / Math.max(bitmap.width, bitmap.height)));
  const [width, height] = [bitmap.width * scale, bitmap.height * scale];
  const canvas = element("canvas", { width, height, role: "img", class: "picture" });
  const pen = canvas.getContext("2d");
  pen.drawImage(bitmap, 0, 0, width, height);
  return { canvas, pen };
}

function legend(rows, labels) {
  return element(
    "ul",
    { class: "legend" },
    ...rows.map(([label, words]) => {
      const swatch = element("span", { class: "swatch", "aria-hidden": "true" });
      swatch.style.backgroundColor = colourOf(label, labels);
      return element("li", {}, swatch, `${label}: ${words}`);
    }),
  );
}
