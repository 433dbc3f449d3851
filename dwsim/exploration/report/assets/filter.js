// The filter: "lanes>=8 dsp<100 both" keeps the rows that satisfy every term.

const COMPARE = {
  "<": (a, b) => a < b,
  "<=": (a, b) => a <= b,
  ">": (a, b) => a > b,
  ">=": (a, b) => a >= b,
  "=": (a, b) => a === b,
  "!=": (a, b) => a !== b,
};
const SEARCHED = ["engine_id", "network", "requantise", "interleave", "area_source"];

/** A test of rows for a filter text, and the errors in the text. */
function parseQuery(text, columns) {
  const terms = text.trim().replace(/\s*(<=|>=|!=|==|<|>|=)\s*/g, "$1").split(/\s+/);
  const tests = [];
  const complaints = [];
  for (const term of terms.filter(Boolean)) {
    const match = /^(.*?)(<=|>=|!=|==|<|>|=)(.*)$/.exec(term);
    if (!match) {
      tests.push(wordTest(term.toLowerCase()));
      continue;
    }
    const column = findColumn(match[1], columns);
    const wanted = column && comparisonValue(column, match[3]);
    if (!column) complaints.push(`no column is named “${match[1]}”`);
    else if (wanted === undefined) complaints.push(`“${term}” has no valid value to compare with`);
    else tests.push(comparison(column, match[2] === "==" ? "=" : match[2], wanted));
  }
  return { test: (row) => tests.every((holds) => holds(row)), complaints };
}

function wordTest(word) {
  return (row) => SEARCHED.some((key) => String(row[key] ?? "").toLowerCase().includes(word));
}

function findColumn(name, columns) {
  const wanted = name.toLowerCase();
  const known = columns.filter((c) => c.key.toLowerCase() === wanted);
  return known[0] ?? columns.find((c) => c.title.toLowerCase() === wanted);
}

/** The value of a comparison: a number, a text, or null for “all” and “auto”. */
function comparisonValue(column, text) {
  if (text === "") return undefined;
  if (column.absent && text === column.absent) return null;
  if (column.kind === "flag") return { yes: true, true: true, no: false, false: false }[text];
  if (!column.numeric) return text.toLowerCase();
  const number = text.endsWith("%") ? Number(text.slice(0, -1)) / 100 : Number(text);
  return Number.isNaN(number) ? undefined : number;
}

function comparison(column, operator, wanted) {
  const compare = COMPARE[operator];
  return (row) => {
    const value = row[column.key] ?? null;
    // A missing value can only be equal or unequal.
    if (value === null || wanted === null) {
      return operator === "=" ? value === wanted : operator === "!=" && value !== wanted;
    }
    return compare(typeof value === "string" ? value.toLowerCase() : value, wanted);
  };
}
