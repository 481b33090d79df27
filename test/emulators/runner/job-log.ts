/** One line of a run's log, as the run page shows it: secrets masked. */
export interface LogLine {
  job: string;
  step: string;
  text: string;
}

/** The values GitHub hides from a run's logs: its secrets, its tokens and whatever a step adds. */
export interface Masks {
  add(value: string): void;
  /** The text with every value replaced by `***`. */
  hide(text: string): string;
  /** Whether the text carries one of the values. */
  sees(text: string): boolean;
}

/** Each value and each line of a value of several lines; blank ones are ignored, as GitHub does. */
export function createMasks(values: readonly string[]): Masks {
  const known = new Set<string>();
  const masks: Masks = {
    add: (value) => {
      for (const line of [value, ...value.split(/\r?\n/)]) if (line.trim() !== "") known.add(line);
    },
    hide: (text) =>
      [...known].toSorted((a, b) => b.length - a.length).reduce((all, one) => all.replaceAll(one, "***"), text),
    sees: (text) => [...known].some((one) => text.includes(one)),
  };
  for (const value of values) masks.add(value);
  return masks;
}

/** A workflow command (`::name key=value::message`) that a step printed. */
export interface WorkflowCommand {
  name: string;
  properties: Record<string, string>;
  message: string;
}

/** The command in one line of output, or null for an ordinary line. */
export function workflowCommand(line: string): WorkflowCommand | null {
  const found = /^\s*::([^\s:]+)(?:\s+(.*?))?::(.*)$/.exec(line);
  if (found === null) return null;
  const [, name = "", properties = "", message = ""] = found;
  const pairs = properties.split(",").filter((pair) => pair.includes("="));
  return {
    name: name.toLowerCase(),
    properties: Object.fromEntries(
      pairs.map((pair) => [
        pair.slice(0, pair.indexOf("=")).trim(),
        unescapeProperty(pair.slice(pair.indexOf("=") + 1)),
      ]),
    ),
    message: unescape(message),
  };
}

function unescapeProperty(text: string): string {
  return unescape(text.replaceAll("%3A", ":").replaceAll("%2C", ","));
}

function unescape(text: string): string {
  return text.replaceAll("%0D", "\r").replaceAll("%0A", "\n").replaceAll("%25", "%");
}
