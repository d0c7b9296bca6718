// The state of the page in its address: `#network?data=moons&hidden=8-8`.

/** The tab and the parameters in the address. */
export function fromAddress() {
  const [tab, query = ''] = location.hash.slice(1).split('?');
  return { tab, parameters: Object.fromEntries(new URLSearchParams(query)) };
}

/** Sets the address; parameters with their default are left out. */
export function toAddress(tab, parameters, defaults) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    if (String(value) !== String(defaults[name])) query.set(name, value);
  }
  // Colons, commas and the like may stand in a fragment, and are easier to read.
  const text = query.toString().replace(/%3A/g, ':').replace(/%2C/g, ',').replace(/%2F/g, '/').replace(/%3B/g, ';');
  history.replaceState(null, '', `#${tab}${text ? `?${text}` : ''}`);
}

/** The parameters of a tab: those of the address, of the types of the defaults. */
export function withDefaults(parameters, defaults) {
  const state = { ...defaults };
  for (const [name, value] of Object.entries(defaults)) {
    const given = parameters[name];
    if (given === undefined) continue;
    if (typeof value === 'number') {
      if (given !== '' && Number.isFinite(Number(given))) state[name] = Number(given);
    } else state[name] = given;
  }
  return state;
}
