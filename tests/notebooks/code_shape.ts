/**
 * What two languages of a notebook share: the code without comments and without the contents of
 * texts.
 *
 * @module
 */

/** A comment, a text in quotes, or one character of a template's own syntax. */
const pieces = /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|[`{}]/g;

/**
 * The code with every comment removed, every text empty and white space in one form. A template
 * keeps what stands in its `${…}`. Regular expressions that hold quotes are not understood.
 */
export function codeShape(source: string): string {
  let shape = "";
  let at = 0;
  // One entry for each open brace, true where it belongs to a template.
  const braces: boolean[] = [];
  const skipTemplate = () => {
    for (; at < source.length; at++) {
      if (source[at] === "\\") at++;
      else if (source[at] === "`") {
        shape += "`";
        at++;
        return;
      } else if (source.startsWith("${", at)) {
        braces.push(true);
        shape += "${";
        at += 2;
        return;
      }
    }
  };
  while (at < source.length) {
    pieces.lastIndex = at;
    const found = pieces.exec(source);
    shape += source.slice(at, found?.index ?? source.length);
    if (!found) break;
    const [piece] = found;
    at = found.index + piece.length;
    if (piece === "`") {
      shape += "`";
      skipTemplate();
    } else if (piece === "{") {
      braces.push(false);
      shape += piece;
    } else if (piece === "}") {
      shape += piece;
      if (braces.pop()) skipTemplate();
    } else if (!piece.startsWith("/")) shape += '""';
  }
  return shape.replace(/\s+/g, " ").trim();
}
