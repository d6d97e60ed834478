/**
 * The decoder of tokenizer.json: tokens → text, as Python's tokenizers do it.
 *
 * @module
 */
import { byteLevelBytes } from "./byte_characters.ts";
import { compilePattern } from "./pattern.ts";
import { stepsOf, unknownStep } from "./pre_tokenizer.ts";

/** What a decoder makes of a list of tokens: a list of texts, which are joined in the end. */
type Decode = (tokens: readonly string[]) => readonly string[];

type Json = Readonly<Record<string, unknown>>;

/**
 * The function of a decoder. Without one, tokens are joined by spaces. Throws a `TunebookError` of
 * kind "unsupported" for a decoder that this version does not follow.
 */
export function readDecoder(json: unknown): (tokens: readonly string[]) => string {
  if (json === null || json === undefined) return (tokens) => tokens.join(" ");
  const decode = decoderOf(json as Json);
  return (tokens) => decode(tokens).join("");
}

function decoderOf(step: Json): Decode {
  switch (step.type) {
    case "Sequence": {
      const steps = stepsOf(step, "decoders").map((each) => decoderOf(each as Json));
      return (tokens) => steps.reduce((now, decode) => decode(now), tokens);
    }
    case "ByteLevel":
      return (
        tokens,
      ) => [
        new TextDecoder().decode(
          Uint8Array.from(tokens.flatMap((token) => [...byteLevelBytes(token)])),
        ),
      ];
    case "WordPiece":
      return wordPieces(String(step.prefix ?? "##"), step.cleanup !== false);
    case "Metaspace":
      return metaspace(step);
    case "BPEDecoder": {
      const suffix = String(step.suffix ?? "</w>");
      return (tokens) =>
        tokens.map((token, i) =>
          token.replaceAll(suffix, () => i === tokens.length - 1 ? "" : " ")
        );
    }
    case "Replace": {
      const pattern = compilePattern(step.pattern, "the decoder Replace");
      return (tokens) => tokens.map((token) => token.replaceAll(pattern, () => `${step.content}`));
    }
    case "Fuse":
      return (tokens) => [tokens.join("")];
    case "Strip":
      return (tokens) => tokens.map((token) => strip(step, token));
    case "ByteFallback":
      return byteFallback;
    default:
      throw unknownStep("decoder", step.type);
  }
}

function wordPieces(prefix: string, cleansUp: boolean): Decode {
  return (tokens) =>
    tokens.map((token, i) => {
      const isRest = i > 0 && token.startsWith(prefix);
      const text = i === 0 ? token : isRest ? token.slice(prefix.length) : ` ${token}`;
      return cleansUp ? cleanUp(text) : text;
    });
}

function metaspace({ replacement, prepend_scheme: scheme, add_prefix_space }: Json): Decode {
  const mark = typeof replacement === "string" ? replacement : "▁";
  const isAdded = scheme !== "never" && add_prefix_space !== false;
  return (tokens) =>
    tokens.map((token, i) => token.replaceAll(mark, () => i === 0 && isAdded ? "" : " "));
}

function strip({ content, start, stop }: Json, token: string): string {
  const characters = Array.from(token);
  let from = 0;
  let to = characters.length;
  while (from < Number(start) && characters[from] === content) from++;
  while (to > from && characters.length - to < Number(stop) && characters[to - 1] === content) to--;
  return characters.slice(from, to).join("");
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** `<0xE2>` and its like side by side become the characters of their bytes. */
function byteFallback(tokens: readonly string[]): string[] {
  const texts: string[] = [];
  let bytes: number[] = [];
  const flush = () => {
    if (bytes.length === 0) return;
    try {
      texts.push(strictUtf8.decode(Uint8Array.from(bytes)));
    } catch {
      texts.push(...bytes.map(() => "\ufffd"));
    }
    bytes = [];
  };
  for (const token of tokens) {
    const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
    if (byte !== undefined) bytes.push(Number.parseInt(byte, 16));
    else {
      flush();
      texts.push(token);
    }
  }
  flush();
  return texts;
}

/** Takes out the spaces that a tokenizer of English puts before signs and contractions. */
export function cleanUp(text: string): string {
  return text.replaceAll(/ ([.?!,])/g, "$1").replaceAll(" ' ", "'")
    .replaceAll(/ (n't|'m|'s|'ve|'re)/g, "$1");
}
