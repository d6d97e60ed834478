/**
 * The tensor of a graph that a new head reads.
 *
 * @module
 */
import { TunebookError } from "../../core/errors.ts";
import { quoted, shownName } from "../../core/quoted.ts";
import { didYouMean } from "../../core/nearest.ts";
import { dependenciesOf, type GraphModel } from "./graph_model.ts";

type Shapes = ReadonlyMap<string, readonly number[]>;

/**
 * Unless a tensor is named, the last one of the maps that are the coarsest and have the most channels: what a
 * classifier takes the means of, and what a detector or a segmentation model goes up again from. Where more
 * than a few linear layers come after that, as in a transformer, it is what the last of them reads.
 *
 * @param shapes of the tensors that can be computed
 */
export function headTensor(
  where: string,
  graph: GraphModel,
  shapes: Shapes,
  at: string | undefined,
): string {
  if (at !== undefined) return named(where, graph, at.replace(/(?<!^):0$/, ""), at);
  const needed = dependenciesOf(graph.nodes, graph.outputs);
  const maps = mapsOf(graph, shapes);
  let best: { name: string; area: number; channels: number } | undefined;
  for (const [name, shape] of shapes) {
    if (!needed.has(name) || !maps.has(name)) continue;
    const [, channels, height, width] = shape;
    const area = height * width;
    if (area <= 1 || channels < 2) continue;
    const isBetter = !best || area < best.area ||
      area === best.area && channels >= best.channels;
    if (isBetter) best = { name, area, channels };
  }
  const before = best ? dependenciesOf(graph.nodes, [best.name]) : new Set<string>();
  const linears = graph.nodes.filter(({ op, outputs }) =>
    op === "Linear" && needed.has(outputs[0]) && !before.has(outputs[0])
  );
  if (best && linears.length <= mostHeadLinears) return best.name;
  return linears.map(({ inputs: [x] }) => x).findLast((x) => shapes.has(x)) ?? best?.name ??
    named(where, graph, graph.outputs[0], graph.outputs[0]);
}

/** Linear layers of a head; bodies have more. */
const mostHeadLinears = 4;

/** Operators whose results have channels first and height and width behind them. */
const makers = new Set([
  ...["Conv", "ConvTranspose", "BatchNormalization", "InstanceNormalization", "MaxPool"],
  ...["AveragePool", "Resize", "Upsample", "DepthToSpace", "SpaceToDepth"],
]);
/** Operators that move axes or numbers, so that what they give may be no map. */
const movers = /^(?:Transpose|Reshape|Flatten|Squeeze|Unsqueeze|MatMul|Linear|Gather|Expand|Tile)$/;

/** The tensors that are maps [batch, channels, height, width]. */
function mapsOf({ nodes }: GraphModel, shapes: Shapes): ReadonlySet<string> {
  const maps = new Set<string>();
  for (const { op, inputs, outputs } of nodes) {
    const isMap = makers.has(op) || !movers.test(op) && inputs.some((name) => maps.has(name));
    for (const name of outputs) if (isMap && shapes.get(name)?.length === 4) maps.add(name);
  }
  return maps;
}

function named(where: string, graph: GraphModel, name: string, given: string): string {
  const names = graph.nodes.flatMap(({ outputs }) => outputs);
  const found = [given, name].find((each) => names.includes(each));
  if (found !== undefined) return found;
  throw new TunebookError(
    "input",
    `${where} has no tensor ${quoted(given)}${didYouMean(given, names)}; its last ones are ` +
      names.slice(-5).map(shownName).join(", "),
  );
}
