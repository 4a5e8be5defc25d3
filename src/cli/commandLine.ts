// The only file that knows commander: commands are data, here they become its commands.
import { readFileSync } from "node:fs";
import { Command as Commander, CommanderError } from "commander";
import { quoted, withHint } from "../checks/index.ts";
import { asError, StriateError } from "../errors.ts";
import type { Command } from "./command.ts";
import { COMMANDS } from "./commands/table.ts";
import { inContext } from "./context.ts";
import { defined } from "./defined.ts";
import { DONE, FAILED, INTERRUPTED, USED_WRONGLY } from "./exitCodes.ts";
import { type Flag, type Flags, type Given, helpText, optionName } from "./flags/flag.ts";
import { examplesText, HELP_LAYOUT } from "./help.ts";
import { interruptible } from "./terminal/interrupt.ts";
import { createOutput, type Output } from "./terminal/output.ts";

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
    const command = await commandIn(args);
    const program = createProgram(command, async (given, rest) => {
      if (!command) return;
      const start = { args: rest, given, output, signal };
      exitCode = await inContext(command.flags, start, (context) => command.run(context));
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

/** A command by its name. */
type NamedCommand = Command & { readonly name: string };

/** The command that is to run, or whose help is asked for. */
async function commandIn(args: readonly string[]): Promise<NamedCommand | undefined> {
  const words = args.filter((word) => !word.startsWith("-"));
  const name = words[0] === "help" ? words[1] : words[0];
  const entry = COMMANDS.find((each) => each.name === name);
  return entry && { ...(await entry.load()), name: entry.name };
}

type Start = (given: Given<Flags>, args: readonly string[]) => Promise<void>;

/** The program with all commands by name, and this one with its options. */
function createProgram(loaded: NamedCommand | undefined, start: Start): Commander {
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
  for (const { name, about } of COMMANDS) {
    const isLoaded = loaded?.name === name;
    const added = program.command(isLoaded && loaded.args ? `${name} ${loaded.args}` : name).description(about);
    if (isLoaded) addOptions(added, loaded, start);
  }
  return program;
}

const EXIT_CODES = `Exit codes: ${DONE} done, ${FAILED} failed, ${USED_WRONGLY} used wrongly, ${INTERRUPTED} interrupted`;

function addOptions(added: Commander, command: Command, start: Start): void {
  for (const [key, each] of Object.entries(command.flags)) addOption(added, key, each);
  added
    .option("--json", "print one JSON object per line on standard output, and nothing else")
    .addHelpText("after", () => examplesText(command.examples, process.stdout.columns ?? 80))
    .exitOverride((error) => explain(error, added))
    .action(() => {
      const values = added.opts<Readonly<Record<string, unknown>>>();
      const given = Object.fromEntries(Object.keys(command.flags).map((key) => [key, givenValue(key, values)]));
      return start(defined(given), added.args);
    });
}

function addOption(added: Commander, key: string, option: Flag): void {
  const { kind, short } = option;
  const name = optionName(key);
  const names = short === undefined ? name : `-${short}, ${name}`;
  if (kind.placeholder === undefined) added.option(names, helpText(option));
  else added.option(`${names} <${kind.placeholder}>`, helpText(option), (text: string) => kind.parse(text, name));
}

/** The value of an option. Of `--no-include-top` commander makes `includeTop: false`; here it is `noIncludeTop: true`. */
function givenValue(key: string, values: Readonly<Record<string, unknown>>): unknown {
  if (!/^no[A-Z]/.test(key)) return values[key];
  const positive = key.charAt(2).toLowerCase() + key.slice(3);
  return values[positive] === false ? true : undefined;
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
