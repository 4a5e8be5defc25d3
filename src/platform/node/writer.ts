import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { fileErrorCode } from "../files.ts";

/** A process that writes files which others see: who left a lock or a temporary file, and whether it still runs. */
export interface Writer {
  readonly host: string;
  readonly pid: number;
  /** When it began, in the system's own unit; "" where the system does not say. A later process may get the same pid. */
  readonly begin: string;
  /** The machine, and there the set of processes in which the pid means something: containers share the one alone. */
  readonly space: string;
}

let self: Writer | undefined;

/** This process. */
export function thisWriter(): Writer {
  const space = createHash("sha256").update(`${hostname()} ${processSpace()}`).digest("hex").slice(0, 8);
  self ??= { host: hostname(), pid: process.pid, begin: beginOf(process.pid) ?? "", space };
  return self;
}

/** Whether a writer still runs; `undefined` where that cannot be seen from here. */
export function isRunning({ pid, begin, space }: Pick<Writer, "pid" | "begin" | "space">): boolean | undefined {
  if (space !== thisWriter().space || !(Number.isSafeInteger(pid) && pid > 0)) return undefined;
  if (!hasProcess(pid)) return false;
  if (begin === "") return undefined;
  const found = beginOf(pid);
  return found === undefined ? undefined : found === begin;
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (thrown) {
    return fileErrorCode(thrown) === "EPERM";
  }
}

/** Field 22 of /proc/PID/stat, counted from after the name, which may hold anything. Linux alone has it. */
function beginOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    return stat
      .slice(stat.lastIndexOf(")") + 2)
      .split(" ")
      .at(19);
  } catch {
    return undefined;
  }
}

function processSpace(): string {
  try {
    return readlinkSync("/proc/self/ns/pid");
  } catch {
    return "";
  }
}
