import { defineCommand } from "../../command.ts";
import { edgesFlags } from "./flags.ts";

export const edgesCommand = defineCommand({
  name: "edges",
  about: "Draw the edges of pictures: Sobel and others, Canny, or a kernel of your own; files, folders, globs.",
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
  run: async (call) => (await import("./edges.ts")).drawEdges(call),
});
