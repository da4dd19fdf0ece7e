/** What a machine is called, how it is, and when it was last heard. */
import { make, setText } from './dom.js';
import { formatAgo, formatMoment, nameOf, shortId } from './format.js';
import { renameSystem, serverNow, stateOf } from './source.js';
import { stateWords } from './states.js';

/** @typedef {import('./source.js').System} System */

/**
 * @param {string} id
 * @param {boolean} mayRename
 * @param {() => void} onRenamed
 */
export function createHeading(id, mayRename, onRenamed) {
  const title = createTitle(id, mayRename, onRenamed);
  const state = make('span', { class: 'state' });
  const seen = make('span', { class: 'muted' });
  /** @type {System | undefined} */
  let shown;

  const tick = () => {
    if (shown === undefined) return;
    const now = serverNow();
    const current = stateOf(shown, now);
    state.dataset.state = current;
    setText(state, stateWords[current]);
    setText(seen, `last report ${formatAgo(shown.last_received, now)}`);
    seen.title = formatMoment(shown.last_received);
  };

  return {
    element: make('div', { class: 'heading' }, ...title.elements, state, seen),
    tick,
    /** @param {System} system */
    show(system) {
      shown = system;
      title.show(system);
      tick();
    },
  };
}

/**
 * The machine's name, and a way to give it one: ids say nothing to people.
 *
 * @param {string} id
 * @param {boolean} mayRename
 * @param {() => void} onRenamed
 */
function createTitle(id, mayRename, onRenamed) {
  const heading = make('h1', { title: id }, shortId(id));
  const field = make('input', { type: 'text', maxlength: '100', 'aria-label': 'Name' });
  const problem = make('span', { class: 'problem-text', role: 'alert' });
  const open = make(
    'button',
    { type: 'button', class: 'quiet', hidden: !mayRename, onclick: () => edit(true) },
    'Rename',
  );
  const form = make(
    'form',
    {
      class: 'heading',
      hidden: true,
      onsubmit: (event) => {
        event.preventDefault();
        renameSystem(id, field.value).then(
          () => {
            edit(false);
            onRenamed();
          },
          (/** @type {unknown} */ error) => {
            setText(problem, error instanceof Error ? error.message : String(error));
          },
        );
      },
      onkeydown: (event) => {
        if (event instanceof KeyboardEvent && event.key === 'Escape') edit(false);
      },
    },
    field,
    make('button', { type: 'submit' }, 'Save'),
    make('button', { type: 'button', onclick: () => edit(false) }, 'Cancel'),
    problem,
  );
  /** @type {string} */
  let name = '';

  /** @param {boolean} editing */
  const edit = (editing) => {
    heading.hidden = editing;
    open.hidden = editing;
    form.hidden = !editing;
    setText(problem, '');
    field.value = name;
    if (editing) field.select();
    else open.focus();
  };

  return {
    elements: [heading, open, form],
    /** @param {System} system */
    show(system) {
      name = system.name ?? '';
      setText(heading, nameOf(system));
      document.title = `${nameOf(system)} · System Monitor`;
    },
  };
}
