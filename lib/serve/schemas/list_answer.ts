/**
 * Answers of endpoints that give one thing for each input.
 *
 * @module
 */
import { z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { ServedModel } from "../served_base.ts";
import type { ServerEnv } from "../server_env.ts";

/** What every such answer has. */
export const itemIndex = z.number().int().openapi({
  description: "Which input it is for, from 0.",
});

/** A list of items in the order of the inputs, with the model that gave them. */
export function listAnswer<Item extends z.ZodType>(name: string, item: Item) {
  return z.object({
    id: z.string().openapi({ description: "The number of the request, as in x-request-id." }),
    object: z.literal("list"),
    model: z.string(),
    data: z.array(item),
  }).openapi(name);
}

/** Such an answer. */
export function listed<Item>(c: Context<ServerEnv>, { name }: ServedModel, data: Item[]) {
  return { id: c.get("requestId"), object: "list" as const, model: name, data };
}
