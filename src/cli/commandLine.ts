// The only file that knows commander: commands are data, here they become its commands.
import { readFileSync } from "node:fs";
import { Command as Commander, CommanderError } from "commander";
import { quoted, withHint } from "../checks/index.ts";
import { asError, StriateError } from "../errors.ts";
import { type Command, optionName } from "./command.ts";
import { COMMANDS } from "./commands/table.ts";
import { defined } from "./defined.ts";
import { examplesText, HELP_LAYOUT } from "./help.ts";
import { interruptible } from "./terminal/interrupt.ts";
import { createOutput, DONE, type Output } from "./terminal/output.ts";

/**
 * Runs the command that the arguments say.
 * @param args what follows `striate` on the command line
 * @returns the exit code
 */
export async function runCommandLine(args: readonly string[]): Promise<number> {
  const output = createOutput({ json: args.includes("--json"), debug: args.includes("--debug") });
  process.on("uncaughtException", (thrown) => process.exit(output.fail(asError(thrown))));
  return output.finish(await runProgram(args, output));
}

async function runProgram(args: readonly string[], output: Output): Promise<number> {
  const { signal, release } = interruptible(output);
  let exitCode = DONE;
  try {
    const program = createProgram(async (command, given) => {
      exitCode = await command.run({ ...given, output, signal });
    });
    await program.parseAsync(args, { from: "user" });
    return exitCode;
  } catch (thrown) {
    if (thrown instanceof CommanderError && thrown.exitCode === 0) return DONE;
    return report(output, asError(thrown));
  } finally {
    release();
  }
}

function report(output: Output, error: Error): number {
  if (!(error instanceof CommanderError)) return output.fail(error);
  return output.fail(new StriateError("usage", error.message.replace(/^error: /, "").replaceAll("\n", " ")));
}

type Start = (
  command: Command,
  given: { readonly args: readonly string[]; readonly flags: Readonly<Record<string, unknown>> },
) => Promise<void>;

function createProgram(start: Start): Commander {
  const program = new Commander("striate")
    .description("Convolutional neural networks: define, train, explain and ship image models.")
    .version(version(), "--version", "print the version")
    .helpOption("-h, --help", "print this help")
    .helpCommand("help [command]", "print the help of a command")
    .option("--debug", "print the stack trace of an error")
    .configureHelp(HELP_LAYOUT)
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: () => undefined })
    .addHelpText("after", `\nExample: striate train --model lenet --data fashion-mnist\n${EXIT_CODES}`);
  program.exitOverride((error) => explain(error, program));
  for (const command of COMMANDS) addCommand(program, command, start);
  return program;
}

const EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 used wrongly, 130 interrupted";

function addCommand(program: Commander, command: Command, start: Start): void {
  const added = program.command(`${command.name} ${command.args ?? ""}`).description(command.about);
  for (const [key, { value, short, about, read }] of Object.entries(command.flags)) {
    const name = optionName(key);
    const names = short === undefined ? name : `-${short}, ${name}`;
    if (value === undefined) added.option(names, about);
    else added.option(`${names} <${value}>`, about, (given: string) => read(given, name));
  }
  added
    .option("--json", "print one JSON object a line on standard output, and nothing else there")
    .addHelpText("after", () => examplesText(command, process.stdout.columns ?? 80))
    .exitOverride((error) => explain(error, added))
    .action(() => {
      const given = added.opts<Readonly<Record<string, unknown>>>();
      const flags = Object.fromEntries(Object.keys(command.flags).map((key) => [key, givenValue(key, given)]));
      return start(command, { args: added.args, flags: defined(flags) });
    });
}

/** The value of an option. Of `--no-include-top` commander makes `includeTop: false`; here it is `noIncludeTop: true`. */
function givenValue(key: string, given: Readonly<Record<string, unknown>>): unknown {
  if (!/^no[A-Z]/.test(key)) return given[key];
  const positive = key.charAt(2).toLowerCase() + key.slice(3);
  return given[positive] === false ? true : undefined;
}

/** Says what there is, and what was probably meant, where an option or a command is unknown. */
function explain(error: CommanderError, command: Commander): never {
  const [, word = ""] = /'([^=]*).*'/s.exec(error.message) ?? [];
  const sentences: Readonly<Record<string, () => string>> = {
    "commander.unknownCommand": () =>
      withHint(
        `there is no command ${quoted(word)}`,
        word,
        COMMANDS.map(({ name }) => name),
        "there are",
      ),
    "commander.unknownOption": () => {
      const options = [...command.options, ...(command.parent?.options ?? [])].map(({ long }) => long ?? "");
      return withHint(`${command.name()} has no option ${quoted(word)}`, word, [...options, "--help"], "it has");
    },
    "commander.help": () => "no command was given; see above",
  };
  const { exitCode, code, message } = error;
  throw new CommanderError(exitCode, code, sentences[code]?.() ?? message);
}

function version(): string {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8")) as {
    readonly version: string;
  };
  return version;
}
