/**
 * What single tokens add to a text, in bytes: a character may be written by several tokens.
 *
 * @module
 */
import { byteLevelBytes } from "./byte_characters.ts";
import { compilePattern } from "./pattern.ts";
import { stepsOf } from "./pre_tokenizer.ts";

type Json = Readonly<Record<string, unknown>>;

/** A token as the vocabulary writes it → the UTF-8 bytes that it adds inside a text. */
type TokenBytes = (token: string) => Uint8Array;

/** A token on its way through the steps of a decoder. */
type Step = (token: string | Uint8Array) => string | Uint8Array;

const utf8 = new TextEncoder();
const same: Step = (token) => token;

/**
 * The bytes of tokens by the decoder of tokenizer.json. Undefined for decoders under which a token's text
 * depends on the tokens beside it, such as BERT's.
 *
 * A space that a decoder takes away at the beginning of a text is there.
 */
export function readTokenBytes(decoder: unknown): TokenBytes | undefined {
  if (decoder === null || decoder === undefined) return undefined;
  const step = stepOf(decoder as Json);
  if (step === undefined) return undefined;
  return (token) => {
    const made = step(token);
    return typeof made === "string" ? utf8.encode(made) : made;
  };
}

function stepOf(json: Json): Step | undefined {
  const onText = (change: (text: string) => string | Uint8Array): Step => (token) =>
    typeof token === "string" ? change(token) : token;
  switch (json.type) {
    case "Sequence": {
      const steps = stepsOf(json, "decoders").map((each) => stepOf(each as Json));
      if (steps.includes(undefined)) return undefined;
      return (token) => steps.reduce((now, step) => step!(now), token);
    }
    case "ByteLevel":
      return onText(byteLevelBytes);
    case "Metaspace": {
      const mark = typeof json.replacement === "string" ? json.replacement : "▁";
      return onText((text) => text.replaceAll(mark, " "));
    }
    case "Replace": {
      const pattern = compilePattern(json.pattern, "the decoder Replace");
      return onText((text) => text.replaceAll(pattern, () => `${json.content}`));
    }
    case "ByteFallback":
      return onText((text) => {
        const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(text)?.[1];
        return byte === undefined ? text : Uint8Array.of(Number.parseInt(byte, 16));
      });
    case "Fuse":
    case "Strip":
      return same;
    default:
      return undefined;
  }
}
