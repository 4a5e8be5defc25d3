import { listed as listedNames, nameText } from "../../../checks/index.ts";
import { type FolderReport, type InspectedPicture, inspectFolder } from "../../../data/index.ts";
import { writeFileAtomic } from "../../../formats/index.ts";
import { encodeImage } from "../../../image/index.ts";
import type { Context } from "../../context.ts";
import { defined } from "../../defined.ts";
import { DONE } from "../../exitCodes.ts";
import { checkNotOverRead } from "../../results/overwriting.ts";
import { type Progress, showProgress } from "../../terminal/progress.ts";
import { counted, countOf } from "../../terminal/quantities.ts";
import type { DataFlags } from "./flags.ts";
import { dataSheet } from "./sheet.ts";

const PARTS = ["train", "validation", "test"] as const;
/** Lines of one kind that people see; machines get all. */
const SHOWN = 20;

/** `striate data`: what is in a folder of pictures. */
export async function reportData(context: Context<DataFlags>): Promise<number> {
  const { args, flags, output, signal } = context;
  const [folder = ""] = args;
  const { least, sheet, seed, maxPixels, classPattern } = flags;
  let progress: Progress | undefined;
  const onProgress = (done: number, total: number) => {
    progress ??= showProgress(context, { title: "pictures", total });
    progress.update(done);
  };
  const report = await inspectFolder(folder, { signal, onProgress, ...defined({ maxPixels, classPattern }) });
  if (sheet !== undefined) {
    const paths = [...report.pictures, ...report.unreadable].map(({ path }) => path);
    await checkNotOverRead([sheet], paths, "--sheet");
    await writeFileAtomic(sheet, await encodeImage(await dataSheet(folder, report, seed)));
  }
  const machine = machineReport(report, least);
  output.result({ folder, ...machine, ...defined({ sheet }) }, textReport(folder, report, least, sheet));
  return DONE;
}

function machineReport(report: FolderReport, least: number) {
  const { pictures, unreadable, classNames } = report;
  const plain = ({ path, part, label }: InspectedPicture) => ({ path, part, class: classNames[label] });
  return {
    pictures: pictures.length,
    classes: classNames.map((name, label) => ({ name, ...countsOf(pictures, label) })),
    sizes: sizesOf(pictures),
    unreadable,
    emptyClasses: report.emptyClasses,
    acrossParts: acrossParts(report).map((group) => group.map(plain)),
    otherDuplicates: otherDuplicates(report).map((group) => group.map(plain)),
    smallClasses: smallClasses(report, least),
  };
}

function countsOf(pictures: readonly InspectedPicture[], label: number): Record<(typeof PARTS)[number], number> {
  const count = (part: string) => pictures.filter((each) => each.label === label && each.part === part).length;
  return { train: count("train"), validation: count("validation"), test: count("test") };
}

function smallClasses({ classNames, pictures }: FolderReport, least: number): readonly string[] {
  return classNames.filter((_, label) => countsOf(pictures, label).train < least);
}

/** The same file in two parts: what is measured there is not what was learnt from other pictures. */
function acrossParts({ duplicates }: FolderReport) {
  return duplicates.filter((group) => new Set(group.map(({ part }) => part)).size > 1);
}

function otherDuplicates(report: FolderReport) {
  const across = new Set(acrossParts(report));
  return report.duplicates.filter((group) => !across.has(group));
}

/** Least, middle and greatest of the widths and of the heights, in pixels. */
function sizesOf(pictures: readonly InspectedPicture[]) {
  const spread = (values: readonly number[]) => {
    const sorted = [...values].sort((a, b) => a - b);
    const at = (part: number) => sorted[Math.floor(part * (sorted.length - 1))] ?? 0;
    return { least: at(0), median: at(0.5), most: at(1) };
  };
  return { width: spread(pictures.map(({ width }) => width)), height: spread(pictures.map(({ height }) => height)) };
}

function textReport(folder: string, report: FolderReport, least: number, sheet: string | undefined): string {
  const { pictures, unreadable, classNames } = report;
  const present = PARTS.filter((part) => pictures.some((each) => each.part === part));
  const names = classNames.map((name) => nameText(name));
  const wide = Math.max(5, ...names.map((name) => name.length));
  const counts = names.map((name, label) => {
    const numbers = countsOf(pictures, label);
    return `  ${name.padEnd(wide)}${present.map((part) => counted(numbers[part]).padStart(12)).join("")}`;
  });
  const { width, height } = sizesOf(pictures);
  const small = smallClasses(report, least);
  const across = acrossParts(report);
  const others = otherDuplicates(report);
  const clash = others.filter((group) => new Set(group.map(({ label }) => label)).size > 1);
  const paths = (group: readonly InspectedPicture[]) => `  ${group.map(({ path }) => nameText(path)).join(" = ")}`;
  return [
    `${folder}: ${countOf(pictures.length, "picture")}, ${countOf(classNames.length, "class", "classes")}`,
    `  ${"class".padEnd(wide)}${present.map((part) => part.padStart(12)).join("")}`,
    ...counts,
    `width  ${width.least} to ${width.most}, median ${width.median}; height ${height.least} to ${height.most}, median ${height.median}`,
    ...listed(
      `${countOf(unreadable.length, "unreadable file")}`,
      unreadable.map(({ path, reason }) => `  ${nameText(path)}: ${reason}`),
    ),
    ...listed(
      `${countOf(across.length, "picture is", "pictures are")} in several parts: what is measured on them is too good`,
      across.map(paths),
    ),
    ...listed(
      `${countOf(clash.length, "picture is", "pictures are")} in several classes: one label is wrong`,
      clash.map(paths),
    ),
    ...listed(
      `${countOf(others.length - clash.length, "picture is", "pictures are")} there more than once`,
      others.filter((g) => !clash.includes(g)).map(paths),
    ),
    ...(report.emptyClasses.length > 0
      ? [`no class, without a picture that can be read: ${listedNames(report.emptyClasses)}`]
      : []),
    ...(small.length > 0
      ? [`fewer than ${least} pictures for training: ${small.map((name) => nameText(name)).join(", ")}`]
      : []),
    ...(sheet === undefined ? [] : [`${sheet}: a sample of the pictures of each class`]),
  ].join("\n");
}

function listed(title: string, lines: readonly string[]): readonly string[] {
  if (lines.length === 0) return [];
  const rest = lines.length > SHOWN ? [`  and ${lines.length - SHOWN} more; --json has all`] : [];
  return [title, ...lines.slice(0, SHOWN), ...rest];
}
