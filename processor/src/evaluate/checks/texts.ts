/** The marks of a text that was cut: by the store's reader at its end, or in its middle. */
const cutMark = /…$|\n\[\.\.\. \d+ characters removed by Calibrant \.\.\.\]\n/;

/** Texts shorter than this are whole: nothing cuts them. */
const shortestCut = 1_000;

/** Whether a part of the text is not known. */
export function isCut(text: string): boolean {
  return text.length >= shortestCut && cutMark.test(text);
}

const fence = /^[ \t]*(`{3,}|~{3,})/;

/** Without blocks of code and code in backticks, whose words are nobody's language. */
export function withoutCode(text: string): string {
  const kept: string[] = [];
  let open: string | undefined;
  for (const line of text.split("\n")) {
    const mark = fence.exec(line)?.[1];
    if (open === undefined) {
      if (mark === undefined) kept.push(line);
      else open = mark;
    } else if (mark?.startsWith(open) === true) {
      open = undefined;
    }
  }
  return kept.join("\n").replace(/`[^`\n]{1,400}`/g, " ");
}

/** The same without what others have said: lines that begin with `>`, and words in quotes. */
export function withoutQuotes(text: string): string {
  return text
    .replace(/^[ \t]*>.*$/gm, " ")
    .replace(
      /"[^"\n]{1,400}"|“[^”\n]{1,400}”|„[^“”\n]{1,400}[“”]|«[^»\n]{1,400}»|「[^」\n]{1,400}」/g,
      " ",
    );
}

/** A part of a text for an explanation, on one line. */
export function excerpt(text: string, longest = 60): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

/** Whether a text is data or markup instead of prose. */
export function isStructured(text: string): boolean {
  return /^\s*(?:[{[]|<[a-z!?])/i.test(text);
}
