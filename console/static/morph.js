// Makes a part of the page equal to new HTML by changing only what differs, so that what a person has open, focused or
// scrolled stays as it is.

const keyOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node.id : "");
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

function attributes(from, to) {
  for (const { name } of [...from.attributes]) {
    const opened = name === "open" && from.nodeName === "DETAILS"; // a person opened it
    if (!to.hasAttribute(name) && !opened) from.removeAttribute(name);
  }
  for (const { name, value } of to.attributes) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
}

function patch(from, to) {
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
    return;
  }
  if (from.isEqualNode(to)) return;
  attributes(from, to);
  morph(from, to);
}

export function morph(from, to) {
  const keyed = new Map([...from.children].filter((child) => child.id).map((child) => [child.id, child]));
  let here = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const known = keyed.get(keyOf(wanted));
    if (known && alike(known, wanted)) {
      if (known === here) here = here.nextSibling;
      else from.insertBefore(known, here);
      patch(known, wanted);
    } else if (here && !keyOf(here) && alike(here, wanted)) {
      const next = here.nextSibling;
      patch(here, wanted);
      here = next;
    } else {
      from.insertBefore(document.importNode(wanted, true), here);
    }
  }
  while (here) {
    const next = here.nextSibling;
    here.remove();
    here = next;
  }
}
