/**
 * Which stretches of a rendered conversation are learned, found by rendering its beginnings.
 *
 * @module
 */
import type { ChatMessage } from "../../text/chat/chat_message.ts";
import type { ChatTemplate } from "../../text/chat/chat_template.ts";
import type { TextSpan } from "../../text/chat/generation_markers.ts";
import {
  renderChat,
  type RenderChatOptions,
  renderMarkedChat,
} from "../../text/chat/render_chat.ts";
import type { Learn } from "./options.ts";
import type { ChatRow } from "./read_conversations.ts";

/** A text with the stretches that are learned. */
export interface LearnedChat {
  readonly text: string;
  readonly spans: readonly TextSpan[];
}

/** How to render, and what to learn. */
export interface LearnedSpansOptions extends Pick<RenderChatOptions, "variables" | "date"> {
  readonly learn: Learn;
  /** The text of the token that closes a turn, where the template has one. */
  readonly turnEnd?: string | undefined;
}

/**
 * The rendered conversation with its learned stretches, or what stands against finding them. A turn
 * is what the template writes beyond the turns before it and what opens an answer: the rendering of n
 * turns must begin with that of n − 1. A turn ends with its end token; what stands behind it, such as a
 * line break, is not learned.
 */
export function learnedSpans(
  template: ChatTemplate,
  { messages, tools, prompt }: ChatRow,
  { learn, turnEnd, variables, date }: LearnedSpansOptions,
): LearnedChat | string {
  const how = { tools, variables, date };
  const { text, spans: marked } = renderMarkedChat(template, messages, how);
  const opened = (count: number) =>
    renderChat(template, messages.slice(0, count), { ...how, addGenerationPrompt: true });
  if (learn === "all") return { text, spans: [{ start: 0, end: text.length }] };
  if (learn === "completion") {
    const { length: start } = opened(prompt!);
    if (text.startsWith(opened(prompt!))) return { text, spans: [{ start, end: text.length }] };
    return "the template writes the prompt otherwise once its answer follows";
  }
  // No template is asked to go on with nothing: what the first turn begins with does not hang on its text.
  const openingOf = (first: ChatMessage) => {
    const [own, other] = [first.content, `${probe}${first.content ?? ""}`].map((content) =>
      renderChat(template, [{ ...first, content: content ?? "" }], how)
    );
    return own.slice(0, sharedLength(own, other));
  };
  const turns = messages.flatMap(({ role }, at) => role === "assistant" ? [at] : []);
  const wanted = (learn === "last" ? turns.slice(-1) : turns)
    .filter((at) => messages[at].weight !== 0);
  if (marked) {
    if (marked.length === turns.length) {
      return { text, spans: wanted.map((at) => marked[turns.indexOf(at)]) };
    }
    if (learn === "assistant" && wanted.length === turns.length) return { text, spans: marked };
    return `the template marks ${marked.length} stretches for ${turns.length} turns of the ` +
      "assistant, so that no single turn can be chosen";
  }
  const spans: TextSpan[] = [];
  for (const at of wanted) {
    const before = at === 0 ? openingOf(messages[0]) : opened(at);
    const after = at + 1 === messages.length
      ? text
      : renderChat(template, messages.slice(0, at + 1), how);
    if (!after.startsWith(before)) {
      return `the template writes what is before message ${
        at + 1
      } otherwise once the answer follows`;
    }
    const end = endOfTurn(text, after, before.length, { turnEnd, tokens: template.tokens });
    if (end === undefined) {
      return `the template writes message ${
        at + 1
      } otherwise once others follow, as those do that ` +
        'cut thinking; give turns: "apart", or learn: "last"';
    }
    spans.push({ start: before.length, end });
  }
  return { text, spans };
}

/** A text that no answer begins with. */
const probe = "\u2060\u2063";

/** How many characters two texts share at their beginning. */
function sharedLength(first: string, second: string): number {
  let shared = 0;
  while (shared < first.length && first[shared] === second[shared]) shared++;
  return shared;
}

/**
 * Where the turn that `after` ends with ends in the whole text: behind its end token. Behind that, a
 * template may close a conversation with special tokens and white space, which it leaves out where
 * others follow. Undefined where the texts differ before.
 */
function endOfTurn(
  text: string,
  after: string,
  start: number,
  { turnEnd, tokens }: {
    readonly turnEnd: string | undefined;
    readonly tokens: Readonly<Record<string, string>>;
  },
): number | undefined {
  const shared = sharedLength(after, text);
  const isClosed = (end: number) =>
    [turnEnd ?? "", ...Object.values(tokens)].filter((token) => token !== "")
      .reduce((rest, token) => rest.replaceAll(token, ""), after.slice(end)).trim() === "";
  // The first of the end tokens that close the turn.
  for (
    let at = turnEnd === undefined ? -1 : after.indexOf(turnEnd, start);
    at >= 0 && at + turnEnd!.length <= shared;
    at = after.indexOf(turnEnd!, at + 1)
  ) {
    if (isClosed(at + turnEnd!.length)) return at + turnEnd!.length;
  }
  return shared === after.length ? shared : undefined;
}

/** Each turn of the assistant with what is before it, as conversations of their own. */
export function turnsApart(conversation: ChatRow): ChatRow[] {
  const { messages, tools } = conversation;
  return messages.flatMap(({ role, weight }, at) =>
    role === "assistant" && weight !== 0
      ? [{ messages: messages.slice(0, at + 1), ...(tools ? { tools } : {}) }]
      : []
  );
}
