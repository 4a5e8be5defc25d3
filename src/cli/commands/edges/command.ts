import { defineCommand } from "../../command.ts";
import { edgesFlags } from "./flags.ts";

export const edgesCommand = defineCommand({
  args: "<in...>",
  flags: edgesFlags,
  examples: [
    "edges photo.jpg",
    "edges photo.jpg -o edges.png",
    "edges photo.jpg -o grid.png --grid",
    "edges photo.jpg -o direction.png --operator scharr --direction",
    "edges 'photos/**/*.jpg' -o edges --operator canny --blur 1.4",
    "edges photo.jpg -o - --kernel emboss.json | display",
  ],
  run: async (context) => (await import("./edges.ts")).drawEdges(context),
});
