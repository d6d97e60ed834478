/**
 * How conversations and written texts show themselves.
 *
 * @module
 */
import { bundleOf, type MimeBundle } from "../core/display.ts";
import { type Html, html, htmlFrame, ink, lineColour } from "../core/html.ts";
import type { GeneratedText } from "./generated_text.ts";

/** One turn. */
interface Turn {
  readonly role: string;
  readonly content: string;
}

/** A conversation in words, a turn a paragraph. */
export function conversationText(turns: readonly Turn[]): string {
  if (turns.length === 0) return "nothing was said yet";
  return turns.map(({ role, content }) => `${role}: ${content}`).join("\n\n");
}

/** A conversation: the user's turns are indented, the others' have a line beside them. */
export function conversationDisplay(turns: readonly Turn[]): MimeBundle {
  const shown = turns.map(({ role, content }) => {
    const isOwn = role === "user";
    return html`<div style="margin:.5em 0 .5em ${isOwn ? "3em" : "0"};padding:.1em .8em;
border-left:3px solid ${isOwn ? "transparent" : lineColour}">${roleOf(role)}${
      paragraph(content)
    }</div>`;
  });
  return bundleOf(
    conversationText(turns),
    htmlFrame(shown.length === 0 ? html`<p>${conversationText(turns)}</p>` : shown),
  );
}

/** Written texts, one below the other, with what they were asked where it is known. */
export function generatedDisplay(
  texts: readonly GeneratedText[],
  prompts: readonly string[] = [],
): MimeBundle {
  const perPrompt = prompts.length === 0 ? 1 : Math.max(1, texts.length / prompts.length);
  const promptOf = (i: number) => i % perPrompt === 0 ? prompts[i / perPrompt] : undefined;
  return bundleOf(
    texts.map(({ text }, i) => {
      const prompt = promptOf(i);
      return prompt === undefined ? text : `${prompt} → ${text}`;
    }).join("\n"),
    htmlFrame(texts.map(({ text }, i) => {
      const prompt = promptOf(i);
      return html`<div style="margin:.5em 0">${
        prompt === undefined ? [] : html`<span style="color:${ink}">${prompt}</span>`
      }${paragraph(text)}</div>`;
    })),
  );
}

function roleOf(role: string): Html {
  return html`<span style="color:${ink};font-size:.85em">${role}</span>`;
}

function paragraph(text: string): Html {
  return html`<p dir="auto" style="margin:.1em 0;white-space:pre-wrap;overflow-wrap:anywhere">${text}</p>`;
}
