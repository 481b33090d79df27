/** Does work when all earlier work under the same key has ended, well or not. Remembers nothing once the last one has. */
export type InTurn = <Value>(key: string, work: () => Promise<Value>) => Promise<Value>;

export function takeTurns(): InTurn {
  const turns = new Map<string, Promise<unknown>>();
  return <Value>(key: string, work: () => Promise<Value>): Promise<Value> => {
    const mine = (turns.get(key) ?? Promise.resolve()).then(work);
    const quiet = mine
      .catch(() => undefined)
      .finally(() => {
        if (turns.get(key) === quiet) turns.delete(key);
      });
    turns.set(key, quiet);
    return mine;
  };
}
