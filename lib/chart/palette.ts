/**
 * The colours of charts.
 *
 * @module
 */
import { barColour } from "../core/html.ts";

/**
 * Colours for categories, each with a contrast of 3 or more to white and to near black (WCAG 1.4.11
 * for graphics). Neighbours differ in hue and are told apart with the common colour blindnesses.
 */
export const palette = [
  barColour,
  "#d55e00",
  "#2f9464",
  "#b0609a",
  "#a07850",
  "#2391a0",
  "#d6455d",
  "#878b22",
  "#7b6fd0",
] as const;
