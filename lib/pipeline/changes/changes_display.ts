/**
 * What a training has changed as a person reads it: a table of modules by blocks, and one of hidden states.
 *
 * @module
 */
import { bundleOf, customInspect, jupyterDisplay, type MimeBundle } from "../../core/display.ts";
import { type Html, html, htmlFrame, htmlSection, htmlTable, shareBar } from "../../core/html.ts";
import { textTable } from "../../core/text_table.ts";
import type { ModelChanges, WeightChange } from "./model_changes.ts";

/** The changes without their displays. */
export type ChangesFields = Omit<ModelChanges, "toString">;

const digits = 3;
/** How strongly the largest change is tinted. */
const fullTint = 0.6;
const tint = "213,94,0";
/** What changed most is listed up to so many tensors in plain text. */
const mostListed = 12;

/** The changes, which show themselves. */
export function shownChanges(fields: ChangesFields): ModelChanges {
  const inWords = () => plain(fields);
  return Object.freeze({
    ...fields,
    toString: inWords,
    [customInspect]: inWords,
    [jupyterDisplay]: (): MimeBundle => bundleOf(inWords(), page(fields)),
  });
}

function titleOf({ method, weights }: ChangesFields): string {
  return weights.length === 0
    ? `${method} has changed no weight of the model below its head`
    : `What ${method} has changed: ${weights.length} tensors`;
}

function percent(share: number): string {
  return `${(100 * share).toPrecision(digits)} %`;
}

function rankText({ effectiveRank }: WeightChange): string {
  return effectiveRank === undefined ? "" : effectiveRank.toPrecision(digits);
}

function plain(fields: ChangesFields): string {
  const { weights, states, rows } = fields;
  const ranked = weights.toSorted((a, b) => b.relativeChange - a.relativeChange);
  const rest = ranked.length - mostListed;
  return [
    titleOf(fields),
    ...(ranked.length > 0
      ? [textTable(
        ["tensor", "block", "change", "effective rank"],
        ranked.slice(0, mostListed).map((each) => [
          each.module,
          each.block === undefined ? "" : String(each.block + 1),
          percent(each.relativeChange),
          rankText(each),
        ]),
        ["left", "right", "right", "right"],
      )]
      : []),
    ...(rest > 0 ? [`${rest} other tensors have changed less`] : []),
    ...(states
      ? [
        statesTitle(rows),
        textTable(
          ["after", "change", "cosine"],
          states.map(({ block, relativeChange, cosine }) => [
            block,
            percent(relativeChange),
            cosine.toFixed(digits),
          ]),
          ["left", "right", "right"],
        ),
      ]
      : []),
  ].join("\n");
}

function statesTitle(rows: number): string {
  return `Hidden states of ${rows} held-out ${rows === 1 ? "row" : "rows"}, before and now`;
}

function page(fields: ChangesFields): Html {
  const { weights, states, rows } = fields;
  const most = states?.reduce((top, { relativeChange }) => Math.max(top, relativeChange), 0) ?? 0;
  const others = weights.filter(({ block }) => block === undefined);
  return htmlFrame(
    html`<p style="margin:.2em 0">${titleOf(fields)}</p>`,
    weights.length > others.length
      ? htmlSection(
        "By block and module",
        html`<div style="overflow-x:auto">${grid(weights)}</div>`,
      )
      : "",
    others.length > 0
      ? htmlSection(
        "Outside of blocks",
        htmlTable({
          caption: "The change by the tensor before",
          columns: [{ title: "tensor" }, { title: "change", align: "right" }],
          rows: others.map(({ path, relativeChange }) => [path, percent(relativeChange)]),
        }),
      )
      : "",
    states
      ? htmlSection(
        statesTitle(rows),
        htmlTable({
          caption: "The mean over all tokens",
          columns: [{ title: "after" }, { title: "change" }, { title: "cosine", align: "right" }],
          rows: states.map(({ block, relativeChange, cosine }) => [
            block,
            shareBar(most === 0 ? 0 : relativeChange / most, percent(relativeChange)),
            cosine.toFixed(digits),
          ]),
        }),
      )
      : "",
  );
}

/** Modules in rows, blocks in columns; stronger is more. */
function grid(weights: readonly WeightChange[]): Html {
  const own = weights.filter(({ block }) => block !== undefined);
  const blocks = [...new Set(own.map(({ block }) => block!))].sort((a, b) => a - b);
  const modules = [...new Set(own.map(({ module }) => module))];
  const most = own.reduce((top, { relativeChange }) => Math.max(top, relativeChange), 0);
  const found = new Map(own.map((each) => [`${each.block} ${each.module}`, each]));
  return htmlTable({
    caption: "The change by the tensor before, and below it the effective rank of matrices",
    columns: [
      { title: "module" },
      ...blocks.map((block) => ({ title: `block ${block + 1}`, align: "right" as const })),
    ],
    rows: modules.map((module) => [
      module,
      ...blocks.map((block) => {
        const each = found.get(`${block} ${module}`);
        if (!each) return "";
        const strength = (fullTint * each.relativeChange / most).toFixed(digits);
        return html`<span style="display:inline-block;background:rgba(${tint},${strength});
border-radius:.2em;padding:.1em .3em">${percent(each.relativeChange)}</span>${
          each.effectiveRank === undefined
            ? ""
            : html`<br><span style="opacity:.85">${rankText(each)}</span>`
        }`;
      }),
    ]),
  });
}
