import { expect, test } from "vitest";
import { createCapture } from "../../sandbox/capture.ts";

function captured(limit: { headBytes: number; tailBytes: number }, ...chunks: (string | Buffer)[]) {
  const capture = createCapture(limit);
  for (const chunk of chunks) capture.write(Buffer.from(chunk));
  return capture.result();
}

test.each([
  ["nothing", [], { text: "", bytes: 0, truncated: false }],
  ["less than the head", ["ab"], { text: "ab", bytes: 2, truncated: false }],
  ["exactly head and tail", ["abcd", "efgh"], { text: "abcdefgh", bytes: 8, truncated: false }],
  ["one byte more", ["abcd", "Xefgh"], { text: "abcd\n[... 1 bytes left out ...]\nefgh", bytes: 9, truncated: true }],
  [
    "one chunk over both",
    ["abcd12345efgh"],
    { text: "abcd\n[... 5 bytes left out ...]\nefgh", bytes: 13, truncated: true },
  ],
  [
    "a character cut at both ends is dropped whole",
    ["abc€", "-----", "€fg"],
    { text: "abc\n[... 8 bytes left out ...]\nfg", bytes: 16, truncated: true },
  ],
])("%s", (_title, chunks, expected) => {
  expect(captured({ headBytes: 4, tailBytes: 4 }, ...chunks)).toEqual(expected);
});

test("an endless stream in small chunks keeps the last bytes", () => {
  const numbers = Array.from({ length: 20_000 }, (_, index) => `${index}\n`);
  const { text, bytes } = captured({ headBytes: 6, tailBytes: 12 }, ...numbers);
  expect({ text, bytes }).toEqual({
    text: "0\n1\n2\n\n[... 108872 bytes left out ...]\n19998\n19999\n",
    bytes: numbers.join("").length,
  });
});

test("bytes that are no UTF-8 become replacement characters", () => {
  expect(captured({ headBytes: 9, tailBytes: 9 }, Buffer.from([0x61, 0xff, 0x62])).text).toBe("a\ufffdb");
});
