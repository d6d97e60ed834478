/**
 * Writes the table of docs/tokenizers.md out of tokenizers.json.
 *
 * @module
 */
import { page, withTable } from "../text/tokenizers_table.ts";

await Deno.writeTextFile(page, await withTable(await Deno.readTextFile(page)));
