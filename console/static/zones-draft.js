// What has been drawn of one camera: rules and masks, one of them selected, with undo and redo. Points are shares of the picture.

const CENTRE_LINE = [[0.5, 0], [0.5, 1]];
const SQUARE = [[0.35, 0.35], [0.65, 0.35], [0.65, 0.65], [0.35, 0.65]];
const MASKS = ["privacy_masks", "motion_masks"];
const LEAST = { zone: 3, line: 2 };

export const shapeOf = (kind) => (kind === "line_crossing" ? "line" : "zone");
const copy = (value) => structuredClone(value);

export class Draft {
  /** `onChange` hears "all", or that a "value" or the "points" of the selected one changed. */
  constructor(onChange) {
    this.onChange = (what = "all") => onChange(what);
    this.items = [];
    this.selected = -1;
    this.past = [];
    this.future = [];
  }

  /** Begin with what is in force: `rules`, `privacy_masks` and `motion_masks` of a gateway's answer. */
  load(view) {
    const rules = view.rules.map(({ kind, zone, line, ...values }) =>
      kind === "line_crossing"
        ? { list: "rules", kind, values: zone ? { ...values, zone } : values, points: line ?? copy(CENTRE_LINE) }
        : { list: "rules", kind, values, points: zone ?? null },
    );
    const masks = MASKS.flatMap((list) => view[list].map((points) => ({ list, kind: list, values: {}, points })));
    this.items = copy([...rules, ...masks]);
    this.selected = this.items.length ? 0 : -1;
    this.past = [];
    this.future = [];
    this.onChange();
  }

  get current() {
    return this.items[this.selected] ?? null;
  }

  /** As the gateway wants it. */
  toJSON() {
    const points = (list) => this.items.filter((item) => item.list === list).map((item) => item.points);
    const rules = this.items
      .filter((item) => item.list === "rules")
      .map((item) => ({ kind: item.kind, ...item.values, ...(item.points ? { [shapeOf(item.kind)]: item.points } : {}) }));
    return { rules, privacy_masks: points("privacy_masks"), motion_masks: points("motion_masks") };
  }

  /** The place in `items` of the `number`th of a list. */
  placeOf(list, number) {
    const places = this.items.flatMap((item, place) => (item.list === list ? [place] : []));
    return places[number] ?? -1;
  }

  select(place) {
    this.selected = place;
    this.onChange();
  }

  /** Do something that can be undone; `what` it touches alone, where that is known. */
  change(edit, what = "all") {
    this.past.push(copy({ items: this.items, selected: this.selected }));
    this.future = [];
    edit(this);
    this.onChange(what);
  }

  undo() {
    this.#step(this.past, this.future);
  }

  redo() {
    this.#step(this.future, this.past);
  }

  #step(from, to) {
    if (!from.length) return;
    to.push(copy({ items: this.items, selected: this.selected }));
    Object.assign(this, from.pop());
    this.onChange();
  }

  add(kind, points) {
    const list = MASKS.includes(kind) ? kind : "rules";
    const values = list === "rules" ? { name: this.#freeName(kind) } : {};
    this.change(() => {
      this.items.push({ list, kind, values, points: points ?? copy(shapeOf(kind) === "line" ? CENTRE_LINE : SQUARE) });
      this.selected = this.items.length - 1;
    });
  }

  redraw(points) {
    this.change(() => {
      this.current.points = points ?? copy(shapeOf(this.current.kind) === "line" ? CENTRE_LINE : SQUARE);
    });
  }

  #freeName(kind) {
    const taken = new Set(this.items.map((item) => item.values.name));
    const base = kind.replaceAll("_", "-");
    for (let number = 1; ; number += 1) if (!taken.has(`${base}-${number}`)) return `${base}-${number}`;
  }

  setValue(name, value) {
    this.change(() => {
      if (value === undefined) delete this.current.values[name];
      else this.current.values[name] = value;
    }, "value");
  }

  moveCorner(corner, [x, y]) {
    const keep = (share) => Math.round(Math.min(1, Math.max(0, share)) * 10000) / 10000;
    this.current.points[corner] = [keep(x), keep(y)];
    this.onChange("points");
  }

  addCorner(after) {
    const { points } = this.current;
    const next = points[(after + 1) % points.length];
    const middle = points[after].map((share, axis) => Math.round(((share + next[axis]) / 2) * 10000) / 10000);
    this.change(() => this.current.points.splice(after + 1, 0, middle));
  }

  /** A corner of a zone that has more than it needs; otherwise the whole of what is selected. */
  remove(corner = -1) {
    if (!this.current) return;
    const { points, kind } = this.current;
    this.change(() => {
      if (corner >= 0 && shapeOf(kind) === "zone" && points.length > LEAST.zone) {
        this.current.points.splice(corner, 1);
        return;
      }
      this.items.splice(this.selected, 1);
      this.selected = Math.min(this.selected, this.items.length - 1);
    });
  }
}

export const enough = (kind, points) => points.length >= LEAST[shapeOf(kind)];
