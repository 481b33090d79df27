import { expect, test } from "vitest";
import { openGroups } from "../../src/app/open-groups.ts";

const group = (head: string, pulls: number[], repositoryId = 1) => ({ repositoryId, head, pulls });

test("the groups that hold a pull request are taken once, and only in its repository", () => {
  const groups = openGroups();
  groups.add(group("a", [1, 2]));
  groups.add(group("b", [2, 3]));
  groups.add(group("c", [1], 2));
  expect(groups.take(1, 1)).toEqual([group("a", [1, 2])]);
  expect(groups.take(1, 1)).toEqual([]);
  expect(groups.take(1, 2)).toEqual([group("b", [2, 3])]);
  expect(groups.take(2, 1)).toEqual([group("c", [1], 2)]);
});

test("the same head is remembered once, and the oldest are forgotten first", () => {
  const groups = openGroups();
  groups.add(group("a", [1]));
  groups.add(group("a", [2]));
  expect(groups.take(1, 1)).toEqual([]);
  for (let number = 0; number < 200; number += 1) groups.add(group(`head-${number}`, [7]));
  expect(groups.take(1, 2)).toEqual([]);
  expect(groups.take(1, 7)).toHaveLength(200);
});
