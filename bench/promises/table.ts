/**
 * The page `docs/measured.md`: every figure that was asked for, beside what was measured.
 *
 * @module
 */
import { keeps, type MeasuredPromise, type MeasuredValue, type PromiseArea } from "./promise.ts";

/** Prefixes of what is measured on a machine that is not named again in each row. */
type Values = Readonly<Record<string, MeasuredValue | undefined>>;

const introduction = `# What was measured

Figures that tunebook was asked for, each with the command that measures it, the value, and whether it keeps what was asked. Ratios are ours / the other side's, below 1 where tunebook takes less, unless the row says otherwise. Made by \`deno task measured\`; \`deno task measured --run NAME --python PYTHON\` measures one anew. \`PYTHON\` is a Python with the packages that [the bench](../bench/README.md) names.
`;

/** The whole page. */
export function measuredPage(areas: readonly PromiseArea[], values: Values): string {
  const rows = areas.flatMap(({ promises }) => promises);
  const known = rows.filter(({ name }) => values[name]);
  const kept = known.filter((promise) => keeps(promise, values[promise.name]!.value));
  const counts = `**${rows.length} figures: ${kept.length} hold, ${known.length - kept.length} ` +
    `are missed, each with its reason, ${rows.length - known.length} have no value yet.**`;
  return [
    introduction,
    counts,
    "",
    processorsText(values),
    ...areas.map((area) => areaText(area, values)),
  ]
    .join("\n");
}

/** Names the processors once, since most figures share one. */
function processorsText(values: Values): string {
  const names = new Set(Object.values(values).map((measured) => measured!.processor));
  return `Measured on: ${[...names].join("; ")}; two cores, Debian.\n`;
}

function areaText({ title, promises }: PromiseArea, values: Values): string {
  const head = "| figure | asked | measured | holds | when, on which tree | beside | command |\n" +
    "| --- | --- | ---: | --- | --- | --- | --- |";
  const reasons = promises.filter((promise) => isMissed(promise, values[promise.name]))
    .map(({ what, reason }) => `- **${what}**: ${reason}.`);
  const missed = reasons.length > 0 ? `\nMissed:\n\n${reasons.join("\n")}\n` : "";
  return `## ${title}\n\n${head}\n${
    promises.map((promise) => rowText(promise, values[promise.name])).join("\n")
  }\n${missed}`;
}

function rowText(promise: MeasuredPromise, measured: MeasuredValue | undefined): string {
  const { what, unit = "", command, peer = "" } = promise;
  const cells = measured
    ? [
      `${numberText(measured.value)}${unit}`,
      keeps(promise, measured.value) ? "yes" : "**no**",
      [measured.date, measured.tree, measured.note].filter(Boolean).join(", "),
    ]
    : ["", "not measured", ""];
  return `| ${[what, askedText(promise), ...cells, peer, `\`${command}\``].join(" | ")} |`;
}

function askedText({ most, least, unit = "" }: MeasuredPromise): string {
  const bounds = [
    least === undefined ? [] : [`≥ ${numberText(least)}${unit}`],
    most === undefined ? [] : [`≤ ${numberText(most)}${unit}`],
  ];
  return bounds.flat().join(", ");
}

function isMissed(promise: MeasuredPromise, measured: MeasuredValue | undefined): boolean {
  return measured !== undefined && !keeps(promise, measured.value);
}

/** Small numbers as 6.0e-8, others with up to four decimals. */
function numberText(value: number): string {
  const isTiny = value !== 0 && Math.abs(value) < 1e-3 / 2;
  return isTiny ? value.toExponential(1) : String(Number(value.toFixed(4)));
}
