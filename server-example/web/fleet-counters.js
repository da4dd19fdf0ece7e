/** How many machines are in each state; pressing one of the numbers shows those alone. */
import { make, setText } from './dom.js';
import { stateTitles, stateWords } from './states.js';

/** @typedef {import('./source.js').SystemState} SystemState */

const choices = /** @type {const} */ (['all', 'up', 'late', 'silent', 'waiting']);

/** @param {(state: SystemState | 'all') => void} onChoice */
export function createCounters(onChoice) {
  const counters = choices.map((state) => createCounter(state, () => onChoice(state)));
  return {
    element: make(
      'div',
      { class: 'counters', role: 'group', 'aria-label': 'Show' },
      ...counters.map((counter) => counter.element),
    ),
    /**
     * @param {Record<SystemState | 'all', number>} counts
     * @param {SystemState | 'all'} chosen
     */
    show(counts, chosen) {
      for (const counter of counters) counter.show(counts, chosen);
    },
  };
}

/**
 * @param {SystemState | 'all'} state
 * @param {() => void} onclick
 */
function createCounter(state, onclick) {
  const number = make('strong', {}, '0');
  const title = state === 'all' ? 'Every machine' : stateTitles[state];
  const element = make(
    'button',
    { type: 'button', class: 'counter', 'data-state': state, title, onclick },
    number,
    make('span', {}, state === 'all' ? 'Machines' : stateWords[state]),
  );
  return {
    element,
    /**
     * @param {Record<SystemState | 'all', number>} counts
     * @param {SystemState | 'all'} chosen
     */
    show(counts, chosen) {
      setText(number, String(counts[state]));
      element.setAttribute('aria-pressed', String(state === chosen));
    },
  };
}
