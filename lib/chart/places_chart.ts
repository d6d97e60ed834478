/**
 * A map of a model with the places at which a method acts, from the text below to the answer above.
 *
 * @module
 */
import { ink } from "../core/html.ts";
import { type Box, type Caption, diagramSpec, smallLine } from "./diagram.ts";
import { type Drawing, drawing } from "./drawing.ts";
import { palette } from "./palette.ts";

/** A place of the model that holds numbers, and how many are trained there. */
export interface Place {
  /** Its path within the layer, which is also what a method's `targets` may name. */
  readonly name: string;
  /** Numbers that the model itself has here. */
  readonly numbers: number;
  /** Those of them that are trained. */
  readonly own: number;
  /** Trained numbers that the method adds here. */
  readonly added: number;
  /** How the model's numbers are held here, where not in float32: `nf4`. */
  readonly held?: string;
}

/** Tokens that a method puts first, and the trained numbers that make them. */
export interface AddedTokens {
  readonly tokens: number;
  readonly added: number;
}

/** One level of the model. */
export interface PlaceRow {
  readonly kind: "embeddings" | "layer" | "head";
  /** The layer, counted from 0. */
  readonly index?: number;
  /** Which stack the layer is of, where the model has an encoder and a decoder. */
  readonly stack?: "encoder" | "decoder";
  /** Keys and values before those of the text. */
  readonly prefix?: AddedTokens;
  readonly places: readonly Place[];
}

/** All places of a model, from the text upwards. All of them together have all trained numbers. */
export interface MethodPlaces {
  readonly method: string;
  /** Virtual tokens before the text. */
  readonly input?: AddedTokens;
  readonly rows: readonly PlaceRow[];
}

/** The words of the picture, for other languages. `#` stands for a number or a name. */
export interface PlacesWords {
  readonly text: string;
  readonly embeddings: string;
  readonly layer: string;
  readonly encoder: string;
  readonly decoder: string;
  readonly head: string;
  readonly virtualTokens: string;
  readonly prefix: string;
  readonly added: string;
  readonly own: string;
  readonly frozen: string;
  readonly held: string;
  readonly bar: string;
}

const english: PlacesWords = {
  text: "the text",
  embeddings: "embeddings",
  layer: "layer #",
  encoder: "encoder #",
  decoder: "decoder #",
  head: "head",
  virtualTokens: "# virtual tokens",
  prefix: "# keys, values\nbefore the text's",
  added: "trained, added by the method",
  own: "trained, the model's own",
  frozen: "frozen",
  held: "frozen, held as #",
  bar: "numbers: how many are trained. Bar: as a share of those that the model has there",
};

const [cellWidth, cellHeight, gap] = [82, 27, 5];
const [left, blockGap] = [84, 22];
const barHeight = 5;
/** A bar that is there can be seen. */
const leastBar = 2;
const chip = 11;
const mostChips = 24;
const textChips = 8;
/** Letters of a name's part that fit a box. */
const mostLetters = 14;
/** Deeper models show layers that are alike as one. */
const mostLayers = 12;
const [addedColour, ownColour] = [palette[0], palette[1]];

/**
 * Draws the model as rows of boxes: a coloured box is a place at which the method acts.
 *
 * @param words other words for the picture, such as those of another language
 */
export function placesChart(places: MethodPlaces, words: Partial<PlacesWords> = {}): Drawing {
  const said = { ...english, ...words };
  const boxes: Box[] = [];
  const texts: Caption[] = [];
  const layers = places.rows.filter(({ kind }) => kind === "layer");
  const hasPrefix = layers.some(({ prefix }) => prefix);
  const column = (at: number) => left + at * (cellWidth + gap);
  const middle = (y: number) => y + cellHeight / 2;
  let y = 4;

  const cell = ({ numbers, own, added, held }: Place, at: number) => {
    const [x, x2, y2] = [column(at), column(at) + cellWidth, y + cellHeight];
    const trained = own + added;
    const colour = trained === 0 ? ink : added > 0 ? addedColour : ownColour;
    const box = { x, y, x2, y2, stroke: colour, isDashed: held !== undefined };
    if (trained === 0) {
      boxes.push(box);
      return;
    }
    boxes.push({ ...box, fill: colour, fillOpacity: 0.14 });
    const width = Math.max(leastBar, cellWidth * Math.min(1, trained / Math.max(numbers, 1)));
    boxes.push({ x, y: y2 - barHeight, x2: x + width, y2, fill: colour });
    texts.push({ x: (x + x2) / 2, y: y + 12, text: Math.round(trained).toLocaleString("en") });
  };
  const names = (list: readonly string[], from: number) => {
    const lines = list.map(brokenName);
    const most = Math.max(...lines.map((each) => each.split("\n").length));
    lines.forEach((text, at) => {
      const top = y + smallLine * (most - text.split("\n").length);
      texts.push({ x: column(from + at) + cellWidth / 2, y: top + 6, text, isSmall: true });
    });
    y += most * smallLine + 5;
  };
  const label = (text: string) => texts.push({ x: left - 12, y: middle(y), text, align: "right" });
  const arrow = () => {
    texts.push({ x: left - 30, y: y + blockGap / 2, text: "↑" });
    y += blockGap;
  };

  const rowNamed = (row: PlaceRow, title: string) => {
    names(row.places.map(({ name }) => name), 0);
    label(title);
    row.places.forEach(cell);
    y += cellHeight;
  };
  for (const row of places.rows.filter(({ kind }) => kind === "head")) rowNamed(row, said.head);
  arrow();
  const stackRows = (layers: readonly PlaceRow[], title: string) => {
    const tokens = layers.find(({ prefix }) => prefix)?.prefix?.tokens;
    // The first layer of a stack may have a table that the others share.
    const titles = layers[layers.length - 1].places.map(({ name }) => name);
    const all = layers[0].places.map(({ name }) => name);
    const own = [...titles, ...all.filter((name) => !titles.includes(name))];
    names(hasPrefix ? [said.prefix.replace("#", String(tokens)), ...own] : own, 0);
    for (const { row: { prefix, places: inside }, name } of folded(layers).toReversed()) {
      label(title.replace("#", name));
      if (prefix) cell({ name: "", numbers: 0, own: 0, added: prefix.added }, 0);
      for (const place of inside) cell(place, own.indexOf(place.name) + (hasPrefix ? 1 : 0));
      y += cellHeight + gap;
    }
    y -= gap;
    arrow();
  };
  const stacks = Map.groupBy(layers, ({ stack }) => stack);
  for (const [stack, own] of [...stacks].toReversed()) stackRows(own, said[stack ?? "layer"]);
  if (layers.length === 0) arrow();
  for (const row of places.rows.filter(({ kind }) => kind === "embeddings")) {
    rowNamed(row, said.embeddings);
  }
  arrow();
  label(said.text);
  let x = left;
  const chips = (count: number, colour: string, fillOpacity: number) => {
    for (let i = 0; i < count; i++, x += chip + 3) {
      const top = middle(y) - chip / 2;
      boxes.push({
        ...{ x, y: top, x2: x + chip, y2: top + chip },
        ...{ fill: colour, fillOpacity, stroke: colour },
      });
    }
  };
  if (places.input) {
    const { tokens, added } = places.input;
    chips(Math.min(mostChips, tokens), addedColour, 0.8);
    x += 4;
    const text = `${said.virtualTokens.replace("#", String(tokens))}: ${
      Math.round(added).toLocaleString("en")
    }`;
    texts.push({ x: left, y: y + cellHeight + 4, text, align: "left" });
  }
  chips(textChips, ink, 0);
  y += cellHeight + (places.input ? 30 : 16);
  y = legend(places, said, y, { boxes, texts });
  const columns = Math.max(...places.rows.map(({ places }) => places.length)) + Number(hasPrefix);
  return drawing(
    diagramSpec({ boxes, texts }, { width: column(columns), height: y }),
    describe(places),
  );
}

/** A path in lines that a box is wide enough for. */
function brokenName(name: string): string {
  if (name.includes("\n")) return name;
  return name.split(".").map((part) =>
    part.length > mostLetters ? part.replaceAll("_", "_\n") : part
  )
    .join("\n");
}

/** The rows of a deep model: neighbours that are alike become one. */
function folded(layers: readonly PlaceRow[]): { row: PlaceRow; name: string }[] {
  const groups: PlaceRow[][] = [];
  for (const row of layers) {
    const last = groups.at(-1);
    const alike = ({ index: _, ...content }: PlaceRow) => JSON.stringify(content);
    if (layers.length > mostLayers && last && alike(last[0]) === alike(row)) last.push(row);
    else groups.push([row]);
  }
  return groups.map((group) => {
    const [first, last] = [group[0].index, group[group.length - 1].index];
    return { row: group[0], name: first === last ? `${first}` : `${first}–${last}` };
  });
}

/** What the colours mean; only those that are there. Returns the lower end. */
function legend(
  { input, rows }: MethodPlaces,
  said: PlacesWords,
  start: number,
  { boxes, texts }: { readonly boxes: Box[]; readonly texts: Caption[] },
): number {
  const all = rows.flatMap(({ places }) => places);
  const held = [...new Set(all.flatMap((place) => place.held ?? []))];
  const adds = input || rows.some(({ prefix }) => prefix) || all.some(({ added }) => added > 0);
  const entries: [string, Pick<Box, "fill" | "fillOpacity" | "stroke" | "isDashed">][] = [
    ...(adds ? [[said.added, { fill: addedColour }] as [string, Box]] : []),
    ...(all.some(({ own }) => own > 0) ? [[said.own, { fill: ownColour }] as [string, Box]] : []),
    [said.frozen, { stroke: ink }],
    ...held.map((format): [string, Pick<Box, "stroke" | "isDashed">] => [
      said.held.replace("#", format),
      { stroke: ink, isDashed: true },
    ]),
  ];
  let y = start;
  for (const [text, look] of entries) {
    boxes.push({ x: left, y, x2: left + 16, y2: y + 10, ...look });
    texts.push({ x: left + 24, y: y + 5, text, align: "left" });
    y += 16;
  }
  texts.push({ x: left, y: y + 5, text: said.bar, align: "left" });
  return y + 14;
}

/** The places in words, with the trained numbers of each level. */
function describe({ method, input, rows }: MethodPlaces): string {
  const count = (value: number) => Math.round(value).toLocaleString("en");
  const parts = rows.map(({ kind, index, stack, prefix, places }) => {
    const trained = places.filter(({ own, added }) => own + added > 0);
    const sum = trained.reduce((all, { own, added }) => all + own + added, prefix?.added ?? 0);
    const where = [
      ...(prefix ? [`${prefix.tokens} keys and values before the text's`] : []),
      ...trained.map(({ name }) => name),
    ];
    const level = kind === "layer" ? `${stack ?? kind} ${index}` : kind;
    return `${level} ${count(sum)}${where.length > 0 ? ` (${where.join(", ")})` : ""}`;
  });
  return `where ${method} acts, with trained numbers. ${
    [...(input ? [`${input.tokens} virtual tokens ${count(input.added)}`] : []), ...parts]
      .join("; ")
  }`;
}
