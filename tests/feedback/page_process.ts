/**
 * A page in a process of its own, to be killed: `page_process.ts FILE ROWS`. It prints its address.
 *
 * @module
 */
import { feedback } from "../../lib/feedback/feedback.ts";
import { pairRows } from "./asked_page.ts";

const [file, rows] = Deno.args;
const page = await feedback(pairRows(Number(rows)), { file, quiet: true }).open();
console.log(page.url);
