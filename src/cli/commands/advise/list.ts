import { writeFileAtomic } from "../../../formats/index.ts";
import { duplicatesIn, type Found, faultsIn, suspectsIn } from "../../transferring/evidence.ts";

/**
 * Writes what looks wrong as a table (RFC 4180): a line for each suspect, with the class that it looks like and how probable
 * that is, for each photo of a scene that is there more than once, with a number for the scene, and for each that is dark, washed out,
 * blurred or tiny.
 */
export async function writeList(path: string, found: Found): Promise<void> {
  const suspects = suspectsIn(found).map(({ path, class: name, looksLike, probability }) => {
    return ["suspect", path, name, looksLike, probability.toFixed(4), ""];
  });
  const classOf = new Map(found.files.map(({ path, label }) => [path, found.classNames[label] ?? ""]));
  const duplicates = duplicatesIn(found).flatMap((group, i) =>
    group.map((path) => ["duplicate", path, classOf.get(path) ?? "", "", "", String(i + 1)]),
  );
  const faults = faultsIn(found).map(({ path, class: name, fault }) => [fault, path, name, "", "", ""]);
  const header = ["kind", "path", "class", "looks like", "probability", "scene"];
  const rows = [header, ...suspects, ...duplicates, ...faults];
  const text = rows.map((row) => `${row.map(cell).join(",")}\r\n`).join("");
  await writeFileAtomic(path, new TextEncoder().encode(text));
}

function cell(text: string): string {
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
