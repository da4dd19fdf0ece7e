/** The page: which view is shown, what it is shown of, and the theme. */

import { createDetailView } from './detail.js';
import { fill, setText } from './dom.js';
import { createFleetView } from './fleet.js';
import { createSignIn } from './sign-in.js';
import { ApiError, listenToEvents, readFleet, readSession, signOut } from './source.js';

/** @typedef {import('./source.js').System} System */
/**
 * A view of the page. `update` is called with what changed, `tick` each second.
 * @typedef {{ element: HTMLElement, title: string, update: (changed: ReadonlySet<string>) => void,
 *   tick: () => void, close: () => void }} View
 */

/** Events carry what changed; the whole list is read again now and then in case one was missed. */
const refreshMs = 15_000;
/** A large fleet's list takes a while to make: asking for it may take this share of the time. */
const refreshShare = 0.02;

const main = /** @type {HTMLElement} */ (document.querySelector('#main'));
const live = /** @type {HTMLElement} */ (document.querySelector('#live'));

/** @type {Map<string, System>} */
const systems = new Map();
/** @type {View | undefined} */
let view;
/** Whether this page may change what it shows. */
let mayManage = false;

function showRoute() {
  view?.close();
  const id = idIn(location.hash);
  view = id === undefined ? createFleetView(systems) : createDetailView(id, mayManage);
  fill(main, view.element);
  document.title = view.title;
  scrollTo(0, 0);
}

/**
 * Of `#/system/ID`; undefined for anything else, and for what somebody cut off.
 *
 * @param {string} hash
 */
function idIn(hash) {
  try {
    const id = /^#\/system\/(.+)$/.exec(hash)?.[1];
    return id === undefined ? undefined : decodeURIComponent(id);
  } catch {
    return undefined;
  }
}

async function refresh() {
  const asked = signOuts;
  try {
    const fleet = await readFleet();
    if (view === undefined) await learnPermissions();
    // What was asked for before is not shown after somebody signed out.
    if (asked !== signOuts) return;
    const gone = new Set(systems.keys());
    for (const system of fleet.systems) {
      systems.set(system.id, system);
      gone.delete(system.id);
    }
    for (const id of gone) systems.delete(id);
    if (signingIn) start();
    else view?.update(new Set([...systems.keys(), ...gone]));
  } catch (error) {
    // Anything else: the events' state says that the server is away, and a refresh finds it again.
    if (error instanceof ApiError && error.status === 401) askToSignIn();
  }
}

let signingIn = false;
/** How often the sign-in form came up. */
let signOuts = 0;
/** @type {() => void} */
let stopListening = () => {};

function askToSignIn() {
  if (signingIn) return;
  signingIn = true;
  signOuts += 1;
  stopListening();
  view?.close();
  view = undefined;
  delete live.dataset.connected;
  setText(live, 'Signed out');
  signOutButton.hidden = true;
  systems.clear();
  fill(
    main,
    createSignIn(() => void refresh()),
  );
}

async function learnPermissions() {
  const session = await readSession();
  mayManage = session.permissions.includes('manage');
  signOutButton.hidden = !session.asks_for_token;
}

const signOutButton = /** @type {HTMLButtonElement} */ (document.querySelector('#sign-out'));
signOutButton.addEventListener('click', () => {
  signOut().then(askToSignIn, () => setText(live, 'Could not sign out'));
});

/** From here on the page is live. */
function start() {
  signingIn = false;
  showRoute();
  stopListening = listenToEvents({
    onState: showConnection,
    onSystems: (changed) => {
      for (const system of changed) systems.set(system.id, system);
      view?.update(new Set(changed.map((system) => system.id)));
    },
  });
}

/** @param {boolean} connected */
function showConnection(connected) {
  live.dataset.connected = String(connected);
  setText(live, connected ? 'Live' : 'Offline');
  // A stream that ended may have ended because the token was withdrawn.
  void refresh();
}

const themes = ['auto', 'light', 'dark'];

/** @param {string} theme */
function showTheme(theme) {
  document.documentElement.dataset.theme = theme;
  const button = /** @type {HTMLElement} */ (document.querySelector('#theme'));
  setText(button, `◐ ${theme[0]?.toUpperCase()}${theme.slice(1)}`);
  button.title = `Colours: ${theme}`;
}

function startTheme() {
  let theme = localStorage.getItem('theme') ?? 'auto';
  showTheme(themes.includes(theme) ? theme : 'auto');
  document.querySelector('#theme')?.addEventListener('click', () => {
    theme = themes[(themes.indexOf(theme) + 1) % themes.length] ?? 'auto';
    localStorage.setItem('theme', theme);
    showTheme(theme);
    dispatchEvent(new Event('themechange'));
  });
}

async function keepFresh() {
  for (;;) {
    const startedMs = performance.now();
    if (!signingIn) await refresh();
    const tookMs = performance.now() - startedMs;
    await new Promise((resolve) => setTimeout(resolve, Math.max(refreshMs, tookMs / refreshShare)));
  }
}

startTheme();
addEventListener('hashchange', () => {
  if (!signingIn) showRoute();
});
await refresh();
if (!signingIn) start();
setInterval(() => view?.tick(), 1000);
void keepFresh();
