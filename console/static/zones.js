// The page /zones: asks the gateway for a snapshot, lets people draw on it, asks for a dry run, shows what came of it.
import { Board } from "./zones-drawing.js";
import { Draft } from "./zones-draft.js";
import { showForm, showShapes } from "./zones-form.js";

const LOOK_MS = 400;
const STILL_LOOKS = 50; // the picture travels on a lane of its own, behind what is urgent
const MASKS = ["privacy_masks", "motion_masks"];
const { school, gateway, camera, label, timeZone } = document.body.dataset;
const { texts, kinds: kindWords } = JSON.parse(document.body.dataset.words);
const node = (id) => document.getElementById(id);
const clock = new Intl.DateTimeFormat("en-GB", { timeZone, hour: "2-digit", minute: "2-digit", second: "2-digit" });
const fill = (word, values) => word.replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const words = {
  text: (key, values = {}) => (texts[key] === undefined ? undefined : fill(texts[key], values)),
  kind: (kind) => kindWords[kind] ?? texts[kind] ?? kind,
  field: (name) => texts[`field_${name}`] ?? name,
  nameOf: (item) => item.values.name ?? words.kind(item.kind),
};

let view = null;
let kinds = new Map();
let problems = new Map();
const draft = new Draft((what) => show(what));
const board = new Board(node("board"), draft, words, showMode);

function show(what = "all") {
  board.render();
  if (what !== "points") showShapes(node("shapes"), draft, words, problems);
  // A field that was just left keeps its place in the tab order.
  if (what === "all") showForm(node("form"), draft, words, kinds, () => board.begin(draft.current.kind, (points) => draft.redraw(points)));
  node("undo").disabled = !draft.past.length;
  node("redo").disabled = !draft.future.length;
  node("delete").disabled = !draft.current;
}

function showMode(pending) {
  for (const id of ["finish", "cancel"]) node(id).hidden = !pending;
  for (const id of ["draw", "undo", "redo", "delete"]) node(id).hidden = Boolean(pending);
  const key = pending ? (pending.kind === "line_crossing" ? "drawing_line" : "drawing_zone") : "help";
  node("hint").textContent = texts[key];
}

const say = (key, values) => {
  node("status").textContent = words.text(key, values);
};
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Ask the gateway and wait for its answer; null when there is none, which the page then says. */
async function ask(kind, more = {}) {
  say("asking");
  const sent = await fetch(`/api/zones/requests?school=${encodeURIComponent(school)}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ kind, gateway, camera, ...more }),
  });
  const told = await sent.json();
  if (!sent.ok) {
    say("failed", { reason: told.error });
    return null;
  }
  for (let looks = 0; ; looks += 1) {
    await pause(LOOK_MS);
    const found = await (await fetch(`/api/zones/requests/${told.id}`)).json();
    if (found.state === "waiting") continue;
    if (found.state !== "answered") say(found.state);
    else if (found.refused) say("refused", { reason: found.refused });
    else if (kind === "camera_view" && !found.still_here && looks < STILL_LOOKS) {
      say("on_its_way");
      continue;
    } else return { id: told.id, ...found };
    return null;
  }
}

async function asking(button, work) {
  button.disabled = true;
  try {
    await work();
  } catch (error) {
    say("failed", { reason: error.message });
  } finally {
    button.disabled = false;
    refreshLog();
  }
}

/** What was asked stands in the log; the page's own copy of it is as old as the page. */
async function refreshLog() {
  const answer = await fetch(location.href);
  if (!answer.ok) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("requests");
  if (fresh) node("requests").replaceWith(document.adoptNode(fresh));
}

async function takeSnapshot() {
  const answer = await ask("camera_view");
  if (!answer) return;
  const first = view === null;
  view = answer.view;
  kinds = new Map(view.kinds.map((kind) => [kind.kind, kind]));
  const time = clock.format(Date.now());
  const alt = words.text("snapshot_alt", { camera: label, time });
  board.show(`/stills/${view.still_sha256}.jpg`, alt, view.width_px, view.height_px);
  say(view.learned ? "shown" : "not_learned", { time });
  for (const id of ["tools", "hint", "editor"]) node(id).hidden = false;
  if (!first) return show();
  const options = [...view.kinds.map((kind) => kind.kind), ...MASKS].map((kind) => new Option(words.kind(kind), kind));
  node("add").replaceChildren(...options);
  draft.load(view);
}

async function tryRules() {
  const answer = await ask("try_rules", { draft: draft.toJSON() });
  if (!answer) return;
  const { trial } = answer;
  problems = new Map();
  for (const problem of trial.problems) {
    const place = draft.placeOf(problem.list, problem.number);
    problems.set(place, [...(problems.get(place) ?? []), inWords(problem)]);
  }
  node("trial").hidden = false;
  node("trial-words").replaceChildren(...(trial.problems.length ? wrong(trial.problems) : outcome(answer.id, trial)));
  say(trial.problems.length ? "problems" : "well");
  show();
  node("trial").scrollIntoView({ behavior: "smooth", block: "nearest" });
}

function inWords(problem) {
  const said = problem[document.body.dataset.language];
  return problem.key ? `${words.field(problem.key)}: ${said}` : said;
}

function part(name, text, kind) {
  const made = document.createElement(name);
  if (kind) made.className = kind;
  made.append(text);
  return made;
}

function wrong(found) {
  const list = document.createElement("ul");
  list.className = "problems";
  for (const problem of found) {
    const item = draft.items[draft.placeOf(problem.list, problem.number)];
    const line = part("li", item ? `${words.nameOf(item)} · ${inWords(problem)}` : inWords(problem));
    line.append(part("small", problem.line));
    list.append(line);
  }
  return [part("p", texts.problems, "zones-bad"), list];
}

function outcome(id, trial) {
  const span = { from: clock.format(trial.from_ms ?? 0), until: clock.format(trial.until_ms ?? 0), n: trial.pictures ?? 0 };
  const found = [part("p", trial.pictures ? words.text("tried_over", span) : texts.tried_nothing)];
  const list = document.createElement("ul");
  list.className = "outcomes";
  for (const rule of trial.rules ?? []) list.append(outcomeOf(rule));
  return [...found, list, part("h3", texts.review), ...file(id, trial)];
}

function outcomeOf(rule) {
  const line = part("li", part("b", `${rule.name} · ${words.kind(rule.kind)}`));
  if (!rule.tried) line.append(part("span", texts.needs_pictures, "faint"));
  else if (!rule.count) line.append(part("span", texts.never));
  else {
    line.append(part("span", `${texts.would_raise} ${words.text("times", { n: rule.count })}`, "raised"));
    const times = rule.raised.map((one) => {
      const detail = one.detail ? ` ${words.text(one.detail) ?? one.detail}` : "";
      return `${clock.format(one.at_ms)}${detail}${one.armed === false ? ` ${texts.not_armed}` : ""}`;
    });
    line.append(part("small", times.join(" · ")));
  }
  return line;
}

function file(id, trial) {
  const links = document.createElement("p");
  links.className = "zones-bar";
  for (const [name, key] of [["settings", "download_file"], ["piece", "download_piece"]]) {
    if (!trial[name]) continue;
    const link = part("a", texts[key], "zones-link");
    link.href = `/zones/requests/${id}/${name}.toml`;
    link.download = "";
    links.append(link);
  }
  const shown = trial.settings ? [] : [part("p", texts.too_large)];
  if (!trial.diff) return [part("p", texts.unchanged), ...shown, links];
  const diff = part("pre", "", "diff");
  for (const row of trial.diff.trimEnd().split("\n")) {
    diff.append(part("span", `${row}\n`, { "+": "plus-row", "-": "minus-row", "@": "place-row" }[row[0]]));
  }
  return [part("p", texts.changes), diff, ...shown, links];
}

function pressed(event) {
  if (!(event.ctrlKey || event.metaKey) || event.target.matches("input, select")) return;
  const key = event.key.toLowerCase();
  if (key === "z" && !event.shiftKey) draft.undo();
  else if (key === "y" || key === "z") draft.redo();
  else return;
  event.preventDefault();
}

if (node("snapshot")) {
  node("snapshot").addEventListener("click", () => asking(node("snapshot"), takeSnapshot));
  node("try").addEventListener("click", () => asking(node("try"), tryRules));
  node("draw").addEventListener("click", () => {
    const kind = node("add").value;
    board.begin(kind, (points) => draft.add(kind, points));
  });
  node("finish").addEventListener("click", () => board.finish());
  node("cancel").addEventListener("click", () => board.cancel());
  node("undo").addEventListener("click", () => draft.undo());
  node("redo").addEventListener("click", () => draft.redo());
  node("delete").addEventListener("click", () => draft.remove());
  node("form").addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", pressed);
}
