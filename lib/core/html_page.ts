/**
 * A display as a whole page.
 *
 * @module
 */
import { type Html, html } from "./html.ts";

/** A page of one file for a browser, light or dark as the reader has it, without scripts and network. */
export function htmlPage(title: string, content: Html): string {
  return `<!doctype html>${
    html`
      <html lang="en">
        <head>
          <meta charset="utf-8">
          <title>${title}</title>
          <meta name="viewport" content="width=device-width">
          <meta name="color-scheme" content="light dark">
        </head>
        <body
          style="font-family:system-ui,sans-serif;font-size:14px;line-height:1.45;margin:2em auto;max-width:64em;padding:0 1em">
          <main>${content}</main>
        </body>
      </html>
    `.markup
  }\n`;
}
