/**
 * How a value shows itself: as plain text everywhere, as HTML in a notebook. The HTML is
 * self-contained, without scripts and network, and readable on light and on dark pages.
 *
 * @module
 */
import { type Html, html } from "./html.ts";
import { visibleLines } from "./visible.ts";

/** One value in several formats, by MIME type; a notebook takes the richest that it knows. */
export interface MimeBundle {
  readonly "text/plain": string;
  readonly "text/html"?: string;
  readonly [mime: string]: unknown;
}

/** The method that Deno's notebook kernel calls on the value of a cell's last expression. */
export const jupyterDisplay: unique symbol = Symbol.for("Jupyter.display") as never;

/** The method that `console.log` calls. */
export const customInspect: unique symbol = Symbol.for("Deno.customInspect") as never;

/** A value that shows itself in a notebook. */
export interface Displayed {
  /** The value in several formats. */
  [jupyterDisplay](): MimeBundle | Promise<MimeBundle>;
}

/**
 * A bundle of a text, in which control characters are shown, and of HTML. Notebooks would take what stands between
 * two dollar signs for a formula: JupyterLab obeys the second of these classes, older ones the first.
 */
export function bundleOf(
  text: string,
  content: Html,
  more: Record<string, unknown> = {},
): MimeBundle {
  const { markup } = html`<div class="tex2jax_ignore mathjax_ignore">${content}</div>`;
  return { "text/plain": visibleLines(text), "text/html": markup, ...more };
}

/**
 * Adds a display to plain data, and what it is as a text where `String` is to give that. Neither is enumerable, so
 * that the data stays equal to its copies and looks the same in JSON; `console.log` keeps showing the data.
 */
export function withDisplay<Value extends object>(
  value: Value,
  display: (value: Value) => MimeBundle | Promise<MimeBundle>,
  text?: (value: Value) => string,
): Value {
  if (text) Object.defineProperty(value, "toString", { value: () => text(value) });
  return Object.defineProperty(value, jupyterDisplay, { value: () => display(value) });
}
