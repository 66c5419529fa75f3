// The list of what is drawn and the form of what is selected, made from the kinds of rule that the gateway knows.

function element(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === true) node.setAttribute(key, "");
    else if (value !== false && value !== undefined) node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}

/** The list; tapping an entry selects it. */
export function showShapes(list, draft, words, problems) {
  const rows = draft.items.map((item, place) => {
    const wrong = problems.get(place) ?? [];
    const button = element(
      "button",
      { type: "button", "aria-pressed": String(place === draft.selected), class: wrong.length ? "is-wrong" : undefined },
      element("b", {}, words.nameOf(item)),
      element("small", {}, [words.kind(item.kind), ...(item.points ? [] : [words.text("whole_picture")])].join(" · ")),
      ...wrong.map((text) => element("small", { class: "zones-bad" }, text)),
    );
    button.addEventListener("click", () => draft.select(place));
    return element("li", {}, button);
  });
  list.replaceChildren(...(rows.length ? rows : [element("li", { class: "faint" }, words.text("nothing_drawn"))]));
}

/** The form of the selected rule; `kinds` by name; `redraw` begins a new outline. */
export function showForm(form, draft, words, kinds, redraw) {
  const item = draft.current;
  form.replaceChildren();
  if (!item) return;
  const again = element("button", { type: "button" }, words.text("draw_zone"));
  again.addEventListener("click", redraw);
  const fields = item.list === "rules" ? (kinds.get(item.kind)?.fields ?? []) : [];
  form.append(...fields.map((field) => row(field, item, draft, words)), element("p", { class: "zones-bar" }, again));
}

function row(field, item, draft, words) {
  const input = inputOf(field, item.values[field.name], words);
  input.addEventListener("change", () => draft.setValue(field.name, read(field, input)));
  return element("label", {}, element("span", {}, words.field(field.name)), input);
}

function inputOf(field, value, words) {
  const choices = field.type === "boolean" ? ["true", "false"] : (field.choices ?? []);
  if (choices.length) return choice(field, value, choices, words);
  const numeric = field.type === "number" || field.type === "integer";
  const usual = shown(field.default) || (field.name === "armed" ? words.text("always") : "");
  const input = element("input", {
    name: field.name,
    type: numeric ? "number" : "text",
    step: field.type === "integer" ? "1" : numeric ? "any" : undefined,
    min: numeric ? field.low : undefined,
    max: numeric ? field.high : undefined,
    placeholder: usual ? words.text("default", { value: usual }) : undefined,
    title: field.description,
  });
  input.value = shown(value);
  return input;
}

function choice(field, value, choices, words) {
  const say = (one) => (field.type === "boolean" ? words.text(one === "true" ? "yes" : "no") : words.text(one) ?? one);
  const usual = `${say(String(field.default))} (${words.text("default_is")})`;
  const options = [element("option", { value: "" }, usual), ...choices.map((one) => element("option", { value: one }, say(one)))];
  const select = element("select", { name: field.name, title: field.description }, ...options);
  select.value = value === undefined ? "" : String(value);
  return select;
}

const shown = (value) => (Array.isArray(value) ? value.join(", ") : String(value ?? ""));

/** What the field says; undefined where it is left as usual. */
function read(field, input) {
  const text = input.value.trim();
  if (text === "") return input.validity?.badInput ? input.value : undefined;
  if (field.type === "boolean") return text === "true";
  if (field.type === "number" || field.type === "integer") return Number(text);
  if (field.type === "texts") return text.split(/[,，、]/).map((part) => part.trim()).filter(Boolean);
  return text;
}
