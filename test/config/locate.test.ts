import { expect, it } from "vitest";
import { keyPlaces, placeOf } from "../../src/config/locate.ts";

const text = `# a comment with = and [brackets]
top = "x # not a comment"
  "quoted.key" = 1

[limits] # [not a header]
turns = """
[limits]
turns = 0 \\"""
end""""
'single' = '''
[agent]'''

[[checks]]
name = "a"
run = [
  "x", # ]
  "]",
]
[checks.more]
x = 1
[[checks]]
name = "b"
[risk . low]
reviewers = { a = 1, b = [2] }
dotted . key = 1
`;

it("every key of a file has its line and column", () => {
  expect(Object.fromEntries([...keyPlaces(text)].map(([key, { line, column }]) => [key, `${line}:${column}`]))).toEqual(
    {
      top: "2:1",
      "quoted.key": "3:3",
      limits: "5:1",
      "limits.turns": "6:1",
      "limits.single": "10:1",
      checks: "13:1",
      "checks.0": "13:1",
      "checks.0.name": "14:1",
      "checks.0.run": "15:1",
      "checks.0.more": "19:1",
      "checks.0.more.x": "20:1",
      "checks.1": "21:1",
      "checks.1.name": "22:1",
      risk: "23:1",
      "risk.low": "23:1",
      "risk.low.reviewers": "24:1",
      "risk.low.dotted": "25:1",
      "risk.low.dotted.key": "25:1",
    },
  );
});

it("a key without a place of its own has that of the nearest one above", () => {
  const places = keyPlaces(text);
  expect(placeOf(places, ["checks", 0, "run", 1])).toEqual({ line: 15, column: 1 });
  expect(placeOf(places, ["labels", "x"])).toBeNull();
});
