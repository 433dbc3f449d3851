// The table: only the visible rows are in the document, so that thousands of rows stay fast.

const ROW_HEIGHT = 28;
const AROUND = 12;
const LONG = 40;
const PAGE_KEYS = { ArrowDown: 1, ArrowUp: -1, PageDown: 12, PageUp: -12 };

/** A table in an element. `onChoose` gets a row, `onSort` the key of a column. */
function createTable(element, store, { onChoose, onSort }) {
  let rows = [];
  let columns = [];
  let chosen = null;
  const head = make("thead");
  const body = make("tbody");
  const table = make("table", { role: "grid", "aria-labelledby": "table-title" }, head, body);
  element.append(table);
  element.addEventListener("scroll", () => requestAnimationFrame(fill));
  new ResizeObserver(() => requestAnimationFrame(fill)).observe(element);
  element.addEventListener("keydown", moveBy);
  body.addEventListener("click", (event) => {
    const line = event.target.closest("tr[data-id]");
    if (line) onChoose(store.rows[Number(line.dataset.id)]);
  });

  function headings(sort) {
    const cells = columns.map((column) => {
      const title = `${column.meaning}${column.unit ? `, in ${column.unit}` : ""} (${column.key})`;
      const label = column.unit ? `${column.title}, ${column.unit}` : column.title;
      const button = make("button", { type: "button", title }, label);
      button.addEventListener("click", () => onSort(column.key));
      const cell = make("th", { scope: "col", className: column.numeric ? "" : "text" }, button);
      cell.dataset.key = column.key;
      if (sort.key === column.key) {
        cell.setAttribute("aria-sort", sort.up ? "ascending" : "descending");
      }
      return cell;
    });
    head.replaceChildren(make("tr", {}, cells));
  }

  /** Puts the visible rows into the table, with empty space for the others around them. */
  function fill() {
    const first = Math.max(0, Math.floor(element.scrollTop / ROW_HEIGHT) - AROUND);
    const visible = Math.ceil(element.clientHeight / ROW_HEIGHT) + 2 * AROUND;
    const last = Math.min(rows.length, first + visible);
    const lines = rows.slice(first, last).map((row, i) => line(row, first + i));
    body.replaceChildren(spacer(first), ...lines, spacer(rows.length - last));
  }

  function line(row, index) {
    const cells = columns.map((column) => {
      const className = column.numeric ? "" : "text";
      const value = row[column.key];
      if (column.kind === "flag") {
        const mark = { className: "mark", role: "img", "aria-label": "yes" };
        return make("td", { className }, value ? make("span", mark) : "");
      }
      const text = formatValue(column, value);
      return make("td", { className, title: text.length > LONG ? text : "" }, text);
    });
    return make(
      "tr",
      {
        "data-id": row.id,
        "aria-rowindex": index + 2,
        "aria-selected": String(chosen !== null && row.engine_id === chosen),
      },
      cells,
    );
  }

  function spacer(count) {
    const cell = make("td", { colSpan: columns.length });
    cell.style.height = `${count * ROW_HEIGHT}px`;
    return make("tr", { className: "spacer", "aria-hidden": "true" }, cell);
  }

  function moveBy(event) {
    const step = PAGE_KEYS[event.key];
    if (step === undefined || !rows.length) return;
    event.preventDefault();
    const now = rows.findIndex((row) => row.engine_id === chosen);
    const next = Math.min(rows.length - 1, Math.max(0, now + step));
    onChoose(rows[next]);
    reveal(next);
  }

  function reveal(index) {
    const top = index * ROW_HEIGHT;
    const room = element.clientHeight - 2 * ROW_HEIGHT;
    if (top < element.scrollTop || top > element.scrollTop + room) {
      element.scrollTop = Math.max(0, top - room / 2);
    }
    fill();
  }

  return {
    show(newRows, newColumns, sort) {
      [rows, columns] = [newRows, newColumns];
      table.setAttribute("aria-rowcount", rows.length + 1);
      headings(sort);
      fill();
    },
    /** Marks the rows of an engine and scrolls to the first of them. */
    choose(engine, bringIntoSight) {
      chosen = engine;
      const index = rows.findIndex((row) => row.engine_id === engine);
      if (bringIntoSight && index >= 0) reveal(index);
      else fill();
    },
  };
}

/** The rows in the order of a column; missing values come last in both directions. */
function sortRows(rows, column, up) {
  const sign = up ? 1 : -1;
  const missing = (value) => !isKnown(value) || value === "";
  return [...rows].sort((a, b) => {
    const [x, y] = [a[column.key], b[column.key]];
    if (missing(x) || missing(y)) return missing(x) - missing(y) || a.id - b.id;
    const order = typeof x === "string" ? x.localeCompare(y, "en", { numeric: true }) : x - y;
    return sign * order || a.id - b.id;
  });
}

/** The rows as CSV: keys as titles, numbers without separators. */
function csvText(rows, columns) {
  const quoted = (value) => {
    const text = isKnown(value) ? String(value) : "";
    return /[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const lines = rows.map((row) => columns.map((column) => quoted(row[column.key])).join(","));
  return [columns.map((column) => quoted(column.key)).join(","), ...lines, ""].join("\n");
}
