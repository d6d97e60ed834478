/**
 * `/generate-image`: images that a model draws.
 *
 * @module
 */
import { createRoute, z } from "@hono/zod-openapi";
import type { DrawingRequest, GeneratedImage } from "../../tasks/image_generation/drawing.ts";
import { samplersOf } from "../../tasks/image_generation/noise_schedule_options.ts";
import { jsonAnswer, jsonBody } from "../schemas/json_answer.ts";
import { itemIndex, listAnswer, listed } from "../schemas/list_answer.ts";
import { modelName } from "../schemas/model_name.ts";
import type { ServeSettings } from "../serve_options.ts";
import { answersTo, modelFor } from "./asked_model.ts";
import type { Route } from "./route.ts";

/** A model has no more times than these to be asked at. */
const mostSteps = 1000;
const largestGuidance = 100;

const item = z.object({
  index: itemIndex,
  label: z.string().optional(),
  caption: z.string().optional(),
  seed: z.number().int(),
  image: z.string().openapi({ description: "The base64 of a PNG." }),
});

function routeOf({ maxInputs }: ServeSettings) {
  return createRoute({
    method: "post",
    path: "/generate-image",
    tags: ["tasks"],
    summary: "Draws images.",
    request: jsonBody(
      z.strictObject({
        model: modelName,
        label: z.string().min(1).optional().openapi({ description: "What the images show." }),
        caption: z.string().min(1).optional().openapi({
          description: "The same in words, of models that read captions.",
        }),
        n: z.number().int().min(1).max(maxInputs).default(1),
        seed: z.number().int().default(1).openapi({
          description: "Of the first image; the next ones have the numbers behind it.",
        }),
        steps: z.number().int().min(1).max(mostSteps).optional(),
        guidance: z.number().min(0).max(largestGuidance).optional(),
        sampler: z.enum(samplersOf.diffusion).optional(),
      }).openapi("GenerateImage"),
    ),
    responses: jsonAnswer(listAnswer("GeneratedImages", item), "The images."),
  });
}

/** Draws images. */
export const generateImage: Route = (app, parts) => {
  app.openapi(routeOf(parts.settings), async (c) => {
    const { model: name, n, seed, ...asked } = c.req.valid("json");
    const { model } = modelFor(c, parts, name, ["image-generation"]);
    const given = Object.entries(asked).filter(([, value]) => value !== undefined);
    // A seed for each: images of other requests may be in the same batch.
    const inputs = Array.from(
      { length: n },
      (_, at): DrawingRequest => ({ ...Object.fromEntries(given), seed: seed + at }),
    );
    const answers = await answersTo<GeneratedImage>(c, parts, model, inputs);
    const data = answers.map(({ label, caption, seed, image }, index) => ({
      index,
      ...(label === undefined ? {} : { label }),
      ...(caption === undefined ? {} : { caption }),
      seed,
      image: image.toBase64(),
    }));
    return c.json(listed(c, model, data), 200);
  });
};
