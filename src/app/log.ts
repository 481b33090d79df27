/** What a log line may carry: ids, names and words. Never a payload, a text that people wrote, or a token. */
export type LogData = Readonly<Record<string, string | number | boolean | null>>;

/** Structured log: one JSON object per line. */
export interface Log {
  info(event: string, data?: LogData): void;
  warn(event: string, data?: LogData): void;
  error(event: string, data?: LogData): void;
}

/** In: where a line goes (without its end), and a clock in milliseconds since 1970. */
export function createLog(write: (line: string) => void, now: () => number): Log {
  const at =
    (level: string) =>
    (event: string, data: LogData = {}) =>
      write(JSON.stringify({ at: new Date(now()).toISOString(), level, event, ...data }));
  return { info: at("info"), warn: at("warn"), error: at("error") };
}
