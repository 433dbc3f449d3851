// Formats values and makes elements.

const GROUPED = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });
const ROUNDED = new Intl.NumberFormat("en-US", { maximumSignificantDigits: 4 });
const MISSING = "–";
const TIP_GAP = 14;
const TIP_EDGE = 4;

const byId = (id) => document.getElementById(id);

/** True if a value is present. */
function isKnown(value) {
  return value !== null && value !== undefined;
}

/** The text of a value in a table. */
function formatValue(column, value) {
  if (!isKnown(value)) return column.absent || MISSING;
  switch (column.kind) {
    case "integer":
      return GROUPED.format(value);
    case "number":
      return ROUNDED.format(value);
    case "share":
      return `${(100 * value).toFixed(1)} %`;
    case "flag":
      return value ? "yes" : "no";
    default:
      return value === "" ? MISSING : String(value);
  }
}

/** A value with its unit. */
function formatWithUnit(column, value) {
  const text = formatValue(column, value);
  return column.unit && isKnown(value) ? `${text} ${column.unit}` : text;
}

/** A number with its noun, in the plural if needed. */
function count(number, thing) {
  return `${GROUPED.format(number)} ${thing}${number === 1 ? "" : "s"}`;
}

/** An element with properties and children (elements or texts). */
function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name.startsWith("aria-") || name.startsWith("data-") || name === "role") {
      element.setAttribute(name, value);
    } else {
      element[name] = value;
    }
  }
  element.append(...children.flat().filter(isKnown));
  return element;
}

/** A list of terms with their descriptions. */
function pairs(entries) {
  const list = make("dl", { className: "pairs" });
  for (const [term, description] of entries) {
    list.append(make("dt", {}, term), make("dd", {}, description));
  }
  return list;
}

/** A button that copies a text and confirms it. */
function copyButton(text, title) {
  const button = make("button", { type: "button", className: "quiet", title }, "Copy");
  button.addEventListener("click", async () => {
    await copyText(text);
    button.textContent = "Copied";
    setTimeout(() => (button.textContent = "Copy"), 1500);
  });
  return button;
}

async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // In some browsers, pages from files have no clipboard; copying a selection always works.
    const area = make("textarea", { value: text });
    document.body.append(area);
    area.select();
    document.execCommand("copy");
    area.remove();
  }
}

/** A link that saves a text as a file. */
function saveLink(text, filename, title) {
  const href = `data:text/plain;charset=utf-8,${encodeURIComponent(text)}`;
  return make("a", { href, download: filename, className: "quiet", title }, "Save");
}

/** A box beside the pointer with details on the element under it. */
function createTip() {
  const box = make("div", { id: "tip", role: "tooltip", hidden: true });
  document.body.append(box);
  return {
    show(event, content) {
      box.replaceChildren(content);
      box.hidden = false;
      const { width, height } = box.getBoundingClientRect();
      const right = event.clientX + TIP_GAP + width < innerWidth;
      const below = event.clientY + TIP_GAP + height < innerHeight;
      const left = right ? event.clientX + TIP_GAP : event.clientX - TIP_GAP - width;
      const top = below ? event.clientY + TIP_GAP : event.clientY - TIP_GAP - height;
      box.style.left = `${Math.max(TIP_EDGE, left)}px`;
      box.style.top = `${Math.max(TIP_EDGE, top)}px`;
    },
    hide: () => (box.hidden = true),
  };
}
