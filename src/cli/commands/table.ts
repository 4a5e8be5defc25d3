import type { Command } from "../command.ts";
import { augmentCommand } from "./augment/command.ts";
import { benchCommand } from "./bench/command.ts";
import { convertCommand } from "./convert/command.ts";
import { dataCommand } from "./data/command.ts";
import { doctorCommand } from "./doctor/command.ts";
import { edgesCommand } from "./edges/command.ts";
import { evaluateCommand } from "./evaluate/command.ts";
import { exportCommand } from "./export/command.ts";
import { predictCommand } from "./predict/command.ts";
import { runCommand } from "./run/command.ts";
import { summaryCommand } from "./summary/command.ts";
import { trainCommand } from "./train/command.ts";
import { weightsCommand } from "./weights/command.ts";

/** Every command, in the order of the help. */
export const COMMANDS: readonly Command[] = [
  trainCommand,
  evaluateCommand,
  predictCommand,
  summaryCommand,
  runCommand,
  dataCommand,
  augmentCommand,
  convertCommand,
  exportCommand,
  weightsCommand,
  edgesCommand,
  doctorCommand,
  benchCommand,
];
