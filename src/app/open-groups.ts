/** Groups that are remembered; the oldest are forgotten first. */
const groupsMax = 200;

/** A merge group whose check this server wrote green. */
export interface OpenGroup {
  repositoryId: number;
  head: string;
  /** The pull requests that were looked at for it. */
  pulls: readonly number[];
}

/**
 * The merge groups that this server released a while ago. The App may not list a queue's branches, so it can find a group's head only
 * from the delivery that told of it; another server, or this one after a restart, does not know it.
 */
export interface OpenGroups {
  add(group: OpenGroup): void;
  /** Out: those that hold a pull request; they are forgotten, because whoever asks takes them back. */
  take(repositoryId: number, pull: number): OpenGroup[];
}

export function openGroups(): OpenGroups {
  let groups: OpenGroup[] = [];
  return {
    add(group) {
      const others = groups.filter(
        ({ head, repositoryId }) => head !== group.head || repositoryId !== group.repositoryId,
      );
      groups = [...others, group].slice(-groupsMax);
    },
    take(repositoryId, pull) {
      const holds = (group: OpenGroup) => group.repositoryId === repositoryId && group.pulls.includes(pull);
      const taken = groups.filter(holds);
      groups = groups.filter((group) => !holds(group));
      return taken;
    },
  };
}
