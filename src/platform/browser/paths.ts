import type { Paths } from "../platform.ts";

/** Paths with "/" between their parts, below one root. */
export const paths: Paths = {
  join: (...parts) => normalized(parts.filter((part) => part !== "").join("/")),
  resolve(...parts) {
    const from = parts.findLastIndex((part) => part.startsWith("/"));
    return normalized(`/${parts.slice(Math.max(0, from)).join("/")}`);
  },
  dirname(path) {
    const cut = path.replace(/\/+$/, "").lastIndexOf("/");
    if (cut < 0) return path.startsWith("/") ? "/" : ".";
    return path.slice(0, cut) || "/";
  },
  basename: nameOf,
  extname(path) {
    const name = nameOf(path);
    const dot = name.lastIndexOf(".");
    return dot > 0 && name !== ".." ? name.slice(dot) : "";
  },
};

function nameOf(path: string): string {
  return path.replace(/\/+$/, "").split("/").at(-1) ?? "";
}

function normalized(path: string): string {
  const isAbsolute = path.startsWith("/");
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === ".." && parts.length > 0 && parts.at(-1) !== "..") parts.pop();
    else if (part !== ".." || !isAbsolute) parts.push(part);
  }
  return `${isAbsolute ? "/" : ""}${parts.join("/")}` || ".";
}
