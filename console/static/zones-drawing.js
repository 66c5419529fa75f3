// The board: the snapshot with everything drawn on it, and what mouse, finger and keyboard do there.
import { enough, shapeOf } from "./zones-draft.js";

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.01;
const FINE_STEP = 0.002;
const TOUCH_PX = 22; // half of what a finger needs
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

function element(name, attributes, ...children) {
  const node = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children);
  return node;
}

export class Board {
  /** `draft` is what is drawn, `words` says things, `onMode` hears when drawing begins and ends. */
  constructor(svg, draft, words, onMode) {
    this.svg = svg;
    this.draft = draft;
    this.words = words;
    this.onMode = onMode;
    this.pending = null; // {kind, points, done}: what is being drawn
    this.size = [640, 360];
    svg.addEventListener("click", (event) => this.#tapped(event));
    svg.addEventListener("keydown", (event) => this.#pressed(event));
    svg.addEventListener("pointerdown", (event) => this.#grabbed(event));
    new ResizeObserver(() => this.render()).observe(svg);
  }

  show(address, alt, width, height) {
    this.size = [width, height];
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.picture = element("image", { href: address, width, height, role: "img", "aria-label": alt });
    this.svg.removeAttribute("hidden");
    this.render();
  }

  /** Draw a shape of that kind; `done` gets its points, or null for the usual shape. */
  begin(kind, done) {
    this.pending = { kind, points: [], done };
    this.onMode(this.pending);
    this.render();
    this.svg.setAttribute("tabindex", "0");
    this.svg.focus();
  }

  finish() {
    const { kind, points, done } = this.pending;
    if (points.length && !enough(kind, points)) return;
    this.cancel();
    done(points.length ? points : null);
    this.svg.querySelector("[data-corner]")?.focus();
  }

  cancel() {
    this.pending = null;
    this.svg.removeAttribute("tabindex");
    this.onMode(null);
    this.render();
  }

  undoPoint() {
    this.pending.points.pop();
    this.render();
  }

  /** Picture pixels for one pixel of the screen. */
  get scale() {
    return this.size[0] / (this.svg.clientWidth || this.size[0]);
  }

  render() {
    if (!this.picture) return;
    const focused = document.activeElement?.dataset?.corner;
    this.svg.classList.toggle("is-drawing", Boolean(this.pending));
    const parts = [this.picture];
    this.draft.items.forEach((item, place) => {
      if (item.points) parts.push(this.#outline(item, place));
    });
    const { current } = this.draft;
    if (this.pending) parts.push(...this.#pendingParts());
    else if (current?.points) parts.push(...this.#handles(current));
    this.svg.replaceChildren(...parts);
    if (focused !== undefined) this.svg.querySelector(`[data-corner="${focused}"]`)?.focus();
  }

  #at([x, y]) {
    return [x * this.size[0], y * this.size[1]];
  }

  #path(points) {
    return points.map((point) => this.#at(point).join(",")).join(" ");
  }

  #outline(item, place) {
    const selected = place === this.draft.selected ? " is-selected" : "";
    const line = shapeOf(item.kind) === "line";
    const shape = element(line ? "polyline" : "polygon", {
      class: `shape shape-${item.list}${selected}`,
      points: this.#path(item.points),
      "data-place": place,
      "vector-effect": "non-scaling-stroke",
    });
    return line ? element("g", {}, shape, ...this.#sides(item.points)) : shape;
  }

  /** "left" and "right" beside a line, as seen looking from its first end to its second. */
  #sides(points) {
    const [[x0, y0], [x1, y1]] = points.map((point) => this.#at(point));
    const length = Math.hypot(x1 - x0, y1 - y0) || 1;
    const away = 26 * this.scale;
    return [["left", 1], ["right", -1]].map(([side, sign]) => {
      const x = (x0 + x1) / 2 + (sign * away * (y1 - y0)) / length;
      const y = (y0 + y1) / 2 - (sign * away * (x1 - x0)) / length;
      const text = element("text", { class: "side", x, y, "font-size": 14 * this.scale, "text-anchor": "middle" });
      text.textContent = this.words.text(side);
      return text;
    });
  }

  #handles(item) {
    const zone = shapeOf(item.kind) === "zone";
    const corners = item.points.map((point, corner) => this.#corner(item, point, corner));
    if (!zone) return corners;
    const middles = item.points.map((point, corner) => {
      const next = item.points[(corner + 1) % item.points.length];
      const [x, y] = this.#at([(point[0] + next[0]) / 2, (point[1] + next[1]) / 2]);
      const size = 5 * this.scale;
      const plus = element("path", {
        class: "plus",
        d: `M${x - size} ${y}H${x + size}M${x} ${y - size}V${y + size}`,
        "vector-effect": "non-scaling-stroke",
      });
      const touch = element("circle", { class: "touch", cx: x, cy: y, r: (TOUCH_PX * this.scale) / 1.5 });
      return element("g", { class: "middle", "data-after": corner }, touch, plus);
    });
    return [...middles, ...corners];
  }

  #corner(item, point, corner) {
    const [cx, cy] = this.#at(point);
    const [x, y] = point.map((share) => Math.round(share * 100));
    const label = this.words.text("corner", { name: this.words.nameOf(item), n: corner + 1, x, y });
    return element(
      "g",
      { class: "corner", tabindex: "0", role: "button", "aria-label": label, "data-corner": corner },
      element("circle", { class: "touch", cx, cy, r: TOUCH_PX * this.scale }),
      element("circle", { class: "dot", cx, cy, r: 7 * this.scale, "vector-effect": "non-scaling-stroke" }),
    );
  }

  #pendingParts() {
    const { points } = this.pending;
    const dots = points.map((point) => {
      const [cx, cy] = this.#at(point);
      return element("circle", { class: "dot is-new", cx, cy, r: 6 * this.scale, "vector-effect": "non-scaling-stroke" });
    });
    const path = element("polyline", {
      class: "shape is-new",
      points: this.#path(points),
      "vector-effect": "non-scaling-stroke",
    });
    return [path, ...dots];
  }

  #share(event) {
    const box = this.svg.getBoundingClientRect();
    const keep = (share) => Math.round(Math.min(1, Math.max(0, share)) * 10000) / 10000;
    return [keep((event.clientX - box.left) / box.width), keep((event.clientY - box.top) / box.height)];
  }

  #tapped(event) {
    if (this.pending) {
      const { kind, points } = this.pending;
      const point = this.#share(event);
      if (enough(kind, points) && this.#near(points[0], point)) return this.finish();
      points.push(point);
      if (shapeOf(kind) === "line" && points.length === 2) return this.finish();
      return this.render();
    }
    const after = event.target.closest("[data-after]");
    if (after) return this.draft.addCorner(Number(after.dataset.after));
    const shape = event.target.closest("[data-place]");
    if (shape) this.draft.select(Number(shape.dataset.place));
  }

  #near(one, other) {
    const [dx, dy] = this.#at([one[0] - other[0], one[1] - other[1]]);
    return Math.hypot(dx, dy) <= (TOUCH_PX * this.scale) / 1.5;
  }

  #grabbed(event) {
    const handle = event.target.closest("[data-corner]");
    if (!handle || this.pending || event.button !== 0) return;
    event.preventDefault();
    handle.focus();
    const corner = Number(handle.dataset.corner);
    const before = JSON.stringify(this.draft.current.points[corner]);
    let moved = false;
    this.svg.setPointerCapture(event.pointerId);
    const move = (at) => {
      if (!moved) this.draft.change(() => {}, "points");
      moved = true;
      this.draft.moveCorner(corner, this.#share(at));
    };
    const drop = () => {
      this.svg.removeEventListener("pointermove", move);
      this.svg.removeEventListener("pointerup", drop);
      this.svg.removeEventListener("pointercancel", drop);
      if (moved && JSON.stringify(this.draft.current.points[corner]) === before) this.draft.past.pop();
    };
    this.svg.addEventListener("pointermove", move);
    this.svg.addEventListener("pointerup", drop);
    this.svg.addEventListener("pointercancel", drop);
  }

  #pressed(event) {
    if (this.pending) {
      if (event.key === "Enter") this.finish();
      else if (event.key === "Escape") this.cancel();
      else if (event.key === "Backspace") this.undoPoint();
      else return;
      event.preventDefault();
      return;
    }
    const handle = event.target.closest("[data-corner]");
    if (!handle) return;
    const corner = Number(handle.dataset.corner);
    const way = ARROWS[event.key];
    if (way) {
      const step = event.shiftKey ? FINE_STEP : STEP;
      const point = this.draft.current.points[corner];
      this.draft.change(() => {
        this.draft.moveCorner(corner, point.map((share, axis) => share + way[axis] * step));
      }, "points");
    } else if (event.key === "Insert" || event.key === "+") {
      if (shapeOf(this.draft.current.kind) === "zone") this.draft.addCorner(corner);
    } else if (event.key === "Delete" || event.key === "Backspace") this.draft.remove(corner);
    else return;
    event.preventDefault();
  }
}
