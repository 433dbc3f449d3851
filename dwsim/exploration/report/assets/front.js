// The plot: one column against another, with the front on top.

const REACH = 18;
const DRAG_DISTANCE = 4;
const COLOURS = 12;
const LEGEND = { letter: 6.5, around: 34 };

/** A plot in an element. `onChoose` gets the row of a clicked point. */
function createFront(element, store, tip, onChoose) {
  let view = null;
  let shown = [];
  let pressed = null;

  /** The points of the chart: the rows with status ok and both values. */
  function points(rows, state) {
    const column = store.columns.get(state.colour);
    return rows
      .filter((row) => row.status === "ok")
      .filter((row) => plottable(row[state.x], state.xLog) && plottable(row[state.y], state.yLog))
      .map((row) => ({
        id: row.id,
        engine: row.engine_id,
        network: row.network,
        tier: row.tier,
        x: row[state.x],
        y: row[state.y],
        colour: column && (column.numeric ? row[column.key] : formatValue(column, row[column.key])),
      }));
  }

  /** Draws the chart again, after a change of axes, colours or scheme. */
  async function draw(rows, state, charts) {
    const spec = structuredClone(charts.front);
    shown = points(rows, state);
    for (const channel of ["x", "y"]) {
      const column = store.columns.get(state[channel]);
      const log = state[`${channel}Log`];
      spec.encoding[channel] = structuredClone(column.axes[channel][log ? "log" : "linear"]);
      spec.encoding[channel].scale.domain = extent(column.key, log, state);
      setParameter(spec, `${channel}_sign`, column.sign);
    }
    setParameter(spec, "chosen", state.engine ?? "");
    colourPoints(spec, state);
    addGestures(spec);
    Object.assign(spec, {
      width: "container",
      height: Math.round(Math.min(480, Math.max(320, element.clientWidth * 0.58))),
      autosize: { type: "fit", contains: "padding" },
      data: { name: spec.data.name, values: shown },
      description: `${spec.encoding.x.axis.title} against ${spec.encoding.y.axis.title}`,
    });
    const embedded = await vegaEmbed(element, spec, {
      config: charts.config,
      actions: { export: true, source: false, compiled: false, editor: false },
      downloadFileName: `front_${state.network || "every_network"}`,
      renderer: "canvas",
    });
    view?.finalize();
    view = embedded.view;
    listen(state);
  }

  /** The range of all rows in view, even of filtered ones: filters do not move the axes. */
  function extent(key, log, state) {
    const rows = store.inView(state.network);
    const values = rows.map((row) => row[key]).filter((value) => plottable(value, log));
    const [least, most] = [Math.min(...values), Math.max(...values)];
    if (least < most) return [least, most];
    // A single value, or none, gets space around it.
    const middle = values.length ? least : 1;
    return log ? [middle / 2, middle * 2] : [middle - 1, middle + 1];
  }

  function colourPoints(spec, state) {
    const column = store.columns.get(state.colour);
    const colour = spec.encoding.color;
    if (!column) {
      const present = new Set(shown.map((point) => point.tier));
      const kept = colour.scale.domain.map((tier, i) => [tier, colour.scale.range[i]]);
      const drawn = kept.filter(([tier]) => present.has(tier));
      colour.scale = { domain: drawn.map((pair) => pair[0]), range: drawn.map((pair) => pair[1]) };
      return;
    }
    const values = new Set(shown.map((point) => point.colour));
    const type = !column.numeric ? "nominal" : values.size > COLOURS ? "quantitative" : "ordinal";
    spec.encoding.color = {
      field: "colour",
      type,
      legend: {
        title: column.label,
        orient: "top",
        ...(type === "quantitative"
          ? legendSteps(column, state)
          : { columns: legendColumns(values) }),
        symbolOpacity: 1,
        symbolType: "circle",
      },
      scale: type === "quantitative" ? colourScale(column, state) : {},
    };
  }

  function colourScale(column, state) {
    const domain = extent(column.key, column.log, state);
    return column.log ? { type: "log", domain } : { domain };
  }

  /** A few round values; on a logarithmic scale Vega would list nine per decade. */
  function legendSteps(column, state) {
    const format = column.kind === "share" ? "~%" : "~s";
    if (!column.log) return { tickCount: 6, format };
    const domain = extent(column.key, true, state);
    const decades = Array.from({ length: 31 }, (_, i) => 10 ** (i - 12));
    const inside = (value) => value >= domain[0] && value <= domain[1];
    const rounds = [[1, 2, 5], [1]].map((digits) =>
      decades.flatMap((decade) => digits.map((digit) => digit * decade)).filter(inside));
    const values = rounds[0].length <= COLOURS ? rounds[0] : rounds[1];
    return values.length ? { values, format } : { format };
  }

  function legendColumns(values) {
    const longest = Math.max(1, ...[...values].map((value) => String(value).length));
    const entry = longest * LEGEND.letter + LEGEND.around;
    return Math.max(1, Math.floor((element.clientWidth - 80) / entry));
  }

  /** Pan and zoom; without a modifier key, the wheel scrolls the page. */
  function addGestures(spec) {
    const held = "[event.shiftKey || event.ctrlKey || event.metaKey]";
    const zoom = { type: "interval", zoom: `wheel!${held}` };
    spec.layer[1].params = [{ name: "zoom", select: zoom, bind: "scales" }];
  }

  function listen(state) {
    const canvas = element.querySelector("canvas");
    view.addEventListener("pointerdown", (event) => (pressed = [event.clientX, event.clientY]));
    view.addEventListener("click", (event) => {
      // For the browser, the end of a drag is also a click.
      const [x, y] = pressed ?? [event.clientX, event.clientY];
      if (Math.hypot(event.clientX - x, event.clientY - y) > DRAG_DISTANCE) return;
      const found = nearest(event);
      if (found) onChoose(store.rows[found.id]);
    });
    canvas.addEventListener("pointermove", (event) => {
      const found = nearest(event);
      canvas.style.cursor = found ? "pointer" : "";
      if (found) tip.show(event, card(store.rows[found.id], state));
      else tip.hide();
    });
    canvas.addEventListener("pointerleave", tip.hide);
  }

  /** The point nearest to the pointer on the scales of the view; null if none is close. */
  function nearest(event) {
    const [left, top] = view.origin();
    const box = element.querySelector("canvas").getBoundingClientRect();
    const [x, y] = [view.scale("x"), view.scale("y")];
    let best = null;
    let closest = REACH + 1;
    for (const point of shown) {
      const distance = Math.hypot(
        x(point.x) + left - (event.clientX - box.left),
        y(point.y) + top - (event.clientY - box.top),
      );
      // Points may coincide: the visible one is that of the front.
      if (distance < closest || (distance === closest && point.tier === "front")) {
        [best, closest] = [point, distance];
      }
    }
    return best;
  }

  /** The tooltip of a point. */
  function card(row, state) {
    const wanted = [state.x, state.y, "cycles", "utilisation", "fmax_mhz", "lut", "dsp"];
    if (row.cut_layers) wanted.push("cut_layers");
    const lines = [...new Set(wanted)]
      .map((key) => store.columns.get(key))
      .filter((column) => column && isKnown(row[column.key]))
      .map((column) => [column.title, formatWithUnit(column, row[column.key])]);
    const title = make("h4", {}, engineSummary(store, row));
    const where = make("p", { className: "muted mono" }, `${row.engine_id} · ${row.network}`);
    return make("div", {}, title, where, pairs(lines));
  }

  return {
    draw,
    /** Shows other rows on the same axes. */
    update(rows, state) {
      shown = points(rows, state);
      return view.data("points", shown).runAsync();
    },
    /** Draws a ring around the points of an engine. */
    choose: (engine) => view?.signal("chosen", engine ?? "").runAsync(),
    /** The number of drawn points, for tests. */
    size: () => shown.length,
  };
}

function plottable(value, log) {
  return typeof value === "number" && Number.isFinite(value) && (!log || value > 0);
}

function setParameter(spec, name, value) {
  spec.params.find((parameter) => parameter.name === name).value = value;
}
